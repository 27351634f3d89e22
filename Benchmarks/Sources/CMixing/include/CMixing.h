#pragma once
#include <stddef.h>

/// Copies, as fast as this machine's C library can.
void mixing_copy(float *target, const float *source, size_t count);
