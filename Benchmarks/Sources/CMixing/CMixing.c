#include "CMixing.h"
#include <string.h>

void mixing_copy(float *target, const float *source, size_t count) { memcpy(target, source, count * sizeof(float)); }
