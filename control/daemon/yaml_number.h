/* Numbers with units, exactly: the text side of a field of a YAML file. Pure. */
#ifndef CONTROL_DAEMON_YAML_NUMBER_H
#define CONTROL_DAEMON_YAML_NUMBER_H

#include "control/daemon/yaml.h"

/* pl_yaml_number_parse reads a decimal number and its unit.
 *   text       as in `2.5 ms`; the space may be left out, digits may be grouped by '_'
 *   field      its units and range
 *   ret_value  in the unit of the field's member
 *   ret_error  [error_bytes] what is wrong, without the key
 * Returns PL_OK or PL_E_CONFIG. Nothing is rounded: a digit that does not fit is an error. */
PL_MUST_USE enum pl_status pl_yaml_number_parse(const char *text, const struct pl_yaml_field *field,
                                                uint64_t *ret_value, char *ret_error,
                                                size_t error_bytes);

#endif
