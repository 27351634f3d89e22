#pragma once
// Vetted C for the audio thread: no allocation, no lock, no system call. Each function carries the mark that lets
// `@_noLocks` Swift call it; the compiler trusts the mark, so that each line here is reviewed for it.
#include <math.h>

#define REALTIME __attribute__((swift_attr("@_noLocks"))) static inline

/// The square root, correctly rounded: one instruction.
REALTIME float realtime_square_root(float value) { return __builtin_sqrtf(value); }

// Not for the audio thread: the sines with which control prepares a ramp, and levels in decibels.
static inline double realtime_sine(double angle) { return sin(angle); }
static inline double realtime_cosine(double angle) { return cos(angle); }
static inline double realtime_power(double base, double exponent) { return pow(base, exponent); }
static inline double realtime_logarithm(double value) { return log10(value); }
