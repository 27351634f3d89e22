/// What an asoundrc says of a card.
#pragma once

#include <alsa/asoundlib.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum { loa_list_limit = 16 };

struct loa_list {
    unsigned int count;
    unsigned int values[loa_list_limit];
};

struct loa_options {
    const char *name;
    const char *recording;
    const char *control;
    int64_t milli_ppm;
    struct loa_list rates;
    struct loa_list formats;
    struct loa_list channels;
    int64_t period_bytes_min;
    int64_t period_bytes_max;
    int64_t buffer_bytes_max;
    int64_t periods_min;
    int64_t periods_max;
    int64_t file_bytes_max;
    int64_t status_late;       ///< Microseconds.
    int64_t microphone_delay;  ///< Milliseconds.
    int64_t microphone_gain;   ///< dB.
    int64_t microphone_noise;  ///< dBFS; −120 for none.
};

/// Reads the options, the missing ones as a cheap codec has them. The strings belong to `conf`.
/// Returns 0, or -EINVAL after it said in words which option is wrong and what it may be.
int loa_options_read(struct loa_options *options, const char *pcm, snd_config_t *conf);

#pragma GCC visibility pop
