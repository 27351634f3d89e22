#ifndef LOA_CLOCK_SHIFT_H
#define LOA_CLOCK_SHIFT_H

/// A library to be preloaded (`LD_PRELOAD`) into a program, which then sees the time of day shifted by `LOA_CLOCK_SHIFT` nanoseconds.
///
/// Nobody calls it. Shifted are what programs read as the time of day and the timers that they set by it. Everything else is the
/// machine's: clocks that count from the boot, how long a wait lasts, the times of files. Nothing keeps the time right: `adjtimex` says
/// so, whatever the machine has.

#endif
