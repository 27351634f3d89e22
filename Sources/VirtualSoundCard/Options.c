#define _GNU_SOURCE
#include "Options.h"

#include "Control.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/// An option that is a whole number.
struct number {
    const char *id;
    size_t offset;
    int64_t usual, least, most;
};

static const struct number numbers[] = {
    {"period_bytes_min", offsetof(struct loa_options, period_bytes_min), 256, 16, 1 << 24},
    {"period_bytes_max", offsetof(struct loa_options, period_bytes_max), 65536, 16, 1 << 24},
    {"buffer_bytes_max", offsetof(struct loa_options, buffer_bytes_max), 131072, 32, 1 << 26},
    {"periods_min", offsetof(struct loa_options, periods_min), 2, 2, 1024},
    {"periods_max", offsetof(struct loa_options, periods_max), 32, 2, 1024},
    {"file_bytes_max", offsetof(struct loa_options, file_bytes_max), 0xfffff000, 4096, 0xfffff000},
    {"status_late", offsetof(struct loa_options, status_late), 0, 0, 100000},
    {"microphone_delay", offsetof(struct loa_options, microphone_delay), 20, 1, 10000},
    {"microphone_gain", offsetof(struct loa_options, microphone_gain), 0, -120, 40},
    {"microphone_noise", offsetof(struct loa_options, microphone_noise), -120, -120, 0},
};

enum { number_count = sizeof numbers / sizeof numbers[0] };

static int64_t *at(struct loa_options *options, const struct number *number) {
    return (int64_t *)(void *)((char *)options + number->offset);
}

/// libasound keeps a number beyond 31 bits as another type.
static bool is_whole(snd_config_t *node, int64_t *value) {
    long short_value;
    long long long_value;
    if (snd_config_get_integer(node, &short_value) >= 0)
        *value = short_value;
    else if (snd_config_get_integer64(node, &long_value) >= 0)
        *value = long_value;
    else
        return false;
    return true;
}

static bool read_number(struct loa_options *options, const char *pcm, const char *id, snd_config_t *node, int *error) {
    for (unsigned int i = 0; i < number_count; i++) {
        const struct number *number = &numbers[i];
        if (strcmp(id, number->id))
            continue;
        int64_t value;
        if (!is_whole(node, &value) || value < number->least || value > number->most) {
            SNDERR("%s: %s must be a whole number from %" PRId64 " to %" PRId64, pcm, id, number->least, number->most);
            *error = -EINVAL;
        } else {
            *at(options, number) = value;
        }
        return true;
    }
    return false;
}

static bool is_format(const char *text, unsigned int *value) {
    static const snd_pcm_format_t known[] = {
        SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S24_LE,   SND_PCM_FORMAT_S24_3LE,
        SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_FLOAT_LE,
    };
    for (unsigned int i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!strcmp(text, snd_pcm_format_name(known[i]))) {
            *value = (unsigned int)known[i];
            return true;
        }
    return false;
}

/// Reads `[ 44100 48000 ]`, or one value alone. Formats are words, all else are numbers from `least` to `most`.
static int read_list(struct loa_list *list, const char *pcm, const char *id, snd_config_t *node, long least, long most,
                     bool formats) {
    struct loa_list found = {0};
    bool compound = snd_config_get_type(node) == SND_CONFIG_TYPE_COMPOUND;
    snd_config_iterator_t i = compound ? snd_config_iterator_first(node) : NULL;
    for (bool more = true; more; i = i ? snd_config_iterator_next(i) : NULL) {
        if (compound && i == snd_config_iterator_end(node))
            break;
        snd_config_t *item = compound ? snd_config_iterator_entry(i) : node;
        more = compound;
        const char *text;
        long number;
        unsigned int value = 0;
        bool good = found.count < loa_list_limit;
        if (formats)
            good = good && snd_config_get_string(item, &text) >= 0 && is_format(text, &value);
        else if ((good = good && snd_config_get_integer(item, &number) >= 0 && number >= least && number <= most))
            value = (unsigned int)number;
        if (!good) {
            if (formats)
                SNDERR("%s: %s must be a list of S16_LE, S24_LE, S24_3LE, S32_LE, FLOAT_LE", pcm, id);
            else
                SNDERR("%s: %s must be a list of at most %d numbers from %ld to %ld", pcm, id, loa_list_limit, least,
                       most);
            return -EINVAL;
        }
        found.values[found.count++] = value;
    }
    if (found.count == 0) {
        SNDERR("%s: %s must not be empty; leave it out for the usual values", pcm, id);
        return -EINVAL;
    }
    *list = found;
    return 0;
}

static int read_string(const char **to, const char *pcm, const char *id, snd_config_t *node) {
    if (snd_config_get_string(node, to) >= 0 && **to)
        return 0;
    SNDERR("%s: %s must be a text between quotes", pcm, id);
    return -EINVAL;
}

static int read_ppm(int64_t *milli_ppm, const char *pcm, snd_config_t *node) {
    double ppm;
    if (snd_config_get_ireal(node, &ppm) < 0 || !loa_ppm_in_range(ppm)) {
        SNDERR("%s: ppm must be a number from -900000 to 99000000: parts per million by which the clock is fast", pcm);
        return -EINVAL;
    }
    *milli_ppm = llround(ppm * 1000);
    return 0;
}

static int read_option(struct loa_options *options, const char *pcm, const char *id, snd_config_t *node) {
    int error = 0;
    if (!strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint"))
        return 0;
    if (!strcmp(id, "name"))
        return read_string(&options->name, pcm, id, node);
    if (!strcmp(id, "recording"))
        return read_string(&options->recording, pcm, id, node);
    if (!strcmp(id, "control"))
        return read_string(&options->control, pcm, id, node);
    if (!strcmp(id, "ppm"))
        return read_ppm(&options->milli_ppm, pcm, node);
    if (!strcmp(id, "rates"))
        return read_list(&options->rates, pcm, id, node, 4000, 768000, false);
    if (!strcmp(id, "channels"))
        return read_list(&options->channels, pcm, id, node, 1, 32, false);
    if (!strcmp(id, "formats"))
        return read_list(&options->formats, pcm, id, node, 0, 0, true);
    if (read_number(options, pcm, id, node, &error))
        return error;
    SNDERR("%s: there is no option %s; the options are name, recording, control, ppm, rates, formats, channels, "
           "period_bytes_min, period_bytes_max, buffer_bytes_max, periods_min, periods_max, file_bytes_max, "
           "microphone_delay, microphone_gain, microphone_noise",
           pcm, id);
    return -EINVAL;
}

int loa_options_read(struct loa_options *options, const char *pcm, snd_config_t *conf) {
    *options = (struct loa_options){
        .name = "loa",
        .rates = {2, {44100, 48000}},
        .formats = {1, {SND_PCM_FORMAT_S16_LE}},
        .channels = {2, {1, 2}},
    };
    for (unsigned int i = 0; i < number_count; i++)
        *at(options, &numbers[i]) = numbers[i].usual;
    snd_config_iterator_t i, next;
    snd_config_for_each(i, next, conf) {
        snd_config_t *node = snd_config_iterator_entry(i);
        const char *id;
        if (snd_config_get_id(node, &id) < 0)
            continue;
        int error = read_option(options, pcm, id, node);
        if (error)
            return error;
    }
    if (!options->recording) {
        SNDERR("%s: recording is missing; give the path of a WAV file for what the card sounds", pcm);
        return -EINVAL;
    }
    if (options->period_bytes_min > options->period_bytes_max || options->periods_min > options->periods_max
        || options->period_bytes_min * options->periods_min > options->buffer_bytes_max) {
        SNDERR("%s: no buffer fits: lower period_bytes_min or periods_min, or raise the limits above them", pcm);
        return -EINVAL;
    }
    return 0;
}
