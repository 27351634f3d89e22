#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a mixer of the same sound would be if it were written for one purpose, in plain C: voices with one linear and one
/// equal-power ramp each, a true-peak limiter, 16-bit output. It cannot take anything back, start a voice in the middle of
/// a block, run out of frames, or say what was heard.

#define MIXING_BLOCK 256
#define MIXING_WINDOW 64
#define MIXING_REACH 8

struct mixing_ramp {
    float from, to;
    int done, frames;
};

struct mixing_voice {
    /// Interleaved stereo.
    const float *samples;
    struct mixing_ramp level, fade;
    /// The loudest sample of it in the mix, as bits.
    uint32_t peak;
};

struct mixing_state {
    float ceiling;
    /// The end of the mix before, and a block: what the limiter looks at.
    float mix[(2 * MIXING_REACH + MIXING_WINDOW + MIXING_BLOCK) * 2];
    float needed[MIXING_WINDOW + MIXING_BLOCK];
    float envelope[MIXING_WINDOW + MIXING_BLOCK];
};

void mixing_begin(struct mixing_state *state, float ceiling);

/// Mixes `MIXING_BLOCK` frames of all voices from `position` on, and writes as many to `output`, later by what the limiter
/// looks ahead.
void mixing_block(
    struct mixing_state *state, struct mixing_voice *voices, int count, long position, int16_t *output);

/// Copies, as fast as this machine's C library can.
void mixing_copy(float *target, const float *source, size_t count);
