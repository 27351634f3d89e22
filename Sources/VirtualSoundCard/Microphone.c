#define _GNU_SOURCE
#ifndef PIC
#define PIC 1
#endif

#include "Microphone.h"

#include "DeviceClock.h"

#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/// One stretch of sound, as a line of the segments file tells it.
struct stretch {
    char file[256];
    char format[16];
    char ended[16];
    int64_t first, frames, begin_ns;
    unsigned int rate, channels;
    double ppm;
};

/// The latest stretches are what can still be on its way to the microphone.
enum { stretch_limit = 16, tail_bytes = 8192 };

struct microphone {
    snd_pcm_ioplug_t io;
    char *segments;  ///< Path of the segments file.
    double gain, noise;
    int64_t delay_ns;
    int timer;
    struct loa_clock clock;
    bool running;
    int64_t position;  ///< Frames that were captured at the last look.
    int64_t taken;     ///< Frames that the program has read.
    uint64_t dice;
    struct stretch stretches[stretch_limit];
    unsigned int count;
    int wave;
    char wave_name[256];
};

// MARK: - What was played

static void read_stretches(struct microphone *microphone) {
    char text[tail_bytes + 1];
    microphone->count = 0;
    int descriptor = open(microphone->segments, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    off_t size = lseek(descriptor, 0, SEEK_END);
    off_t from = size > tail_bytes ? size - tail_bytes : 0;
    ssize_t length = pread(descriptor, text, tail_bytes, from);
    close(descriptor);
    if (length <= 0)
        return;
    text[length] = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        struct stretch found;
        if (sscanf(line,
                   "{\"file\":\"%255[^\"]\",\"first\":%" SCNd64 ",\"monotonic_ns\":%" SCNd64
                   ",\"realtime_ns\":%*d,\"rate\":%u,\"format\":\"%15[^\"]\",\"channels\":%u,\"ppm\":%lf,\"frames\":%" SCNd64
                   ",\"ended\":\"%15[^\"]\"",
                   found.file, &found.first, &found.begin_ns, &found.rate, found.format, &found.channels, &found.ppm,
                   &found.frames, found.ended)
            != 9)
            continue;
        if (microphone->count == stretch_limit)
            memmove(microphone->stretches, microphone->stretches + 1, --microphone->count * sizeof found);
        microphone->stretches[microphone->count++] = found;
    }
}

static double frames_per_ns(const struct stretch *stretch) {
    return stretch->rate * 1e-9 * (1 + stretch->ppm * 1e-6);
}

/// Up to which instant it is known what arrives: what plays now is recorded a little after it was heard.
static int64_t known_until(const struct microphone *microphone) {
    if (microphone->count == 0)
        return INT64_MAX;
    const struct stretch *last = &microphone->stretches[microphone->count - 1];
    if (strcmp(last->ended, "playing"))
        return INT64_MAX;
    return last->begin_ns + (int64_t)((double)last->frames / frames_per_ns(last)) + microphone->delay_ns;
}

/// The sample in 16 bits that sounded at `ns`: the mean of its channels.
static double sounded(struct microphone *microphone, int64_t ns) {
    for (unsigned int i = microphone->count; i-- > 0;) {
        const struct stretch *stretch = &microphone->stretches[i];
        if (ns < stretch->begin_ns)
            continue;
        int64_t frame = (int64_t)((double)(ns - stretch->begin_ns) * frames_per_ns(stretch));
        if (frame >= stretch->frames || strcmp(stretch->format, "S16_LE") || stretch->channels > 8)
            return 0;
        if (microphone->wave < 0 || strcmp(microphone->wave_name, stretch->file)) {
            char path[4096];
            const char *slash = strrchr(microphone->segments, '/');
            int folder = slash ? (int)(slash - microphone->segments) + 1 : 0;
            snprintf(path, sizeof path, "%.*s%s", folder, microphone->segments, stretch->file);
            if (microphone->wave >= 0)
                close(microphone->wave);
            microphone->wave = open(path, O_RDONLY | O_CLOEXEC);
            memcpy(microphone->wave_name, stretch->file, sizeof microphone->wave_name);
        }
        int16_t samples[8] = {0};
        size_t bytes = stretch->channels * sizeof *samples;
        if (pread(microphone->wave, samples, bytes, 44 + (stretch->first + frame) * (off_t)bytes) != (ssize_t)bytes)
            return 0;
        double sum = 0;
        for (unsigned int channel = 0; channel < stretch->channels; channel++)
            sum += samples[channel];
        return sum / stretch->channels;
    }
    return 0;
}

/// Noise of the standard deviation 1, near enough to normal: the sum of twelve dice.
static double noise(struct microphone *microphone) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        microphone->dice = microphone->dice * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(microphone->dice >> 11) * 0x1p-53;
    }
    return sum;
}

// MARK: - Callbacks

static void tick(struct microphone *microphone, bool on) {
    long interval = on ? 20000000 : 0;
    struct itimerspec when = {.it_value.tv_nsec = interval, .it_interval.tv_nsec = interval};
    timerfd_settime(microphone->timer, 0, &when, NULL);
}

static int start(snd_pcm_ioplug_t *io) {
    struct microphone *microphone = io->private_data;
    loa_clock_set(&microphone->clock, loa_now(CLOCK_MONOTONIC), (double)microphone->position, io->rate, 0);
    microphone->running = true;
    tick(microphone, true);
    return 0;
}

static int stop(snd_pcm_ioplug_t *io) {
    struct microphone *microphone = io->private_data;
    microphone->running = false;
    tick(microphone, false);
    return 0;
}

static int prepare(snd_pcm_ioplug_t *io) {
    struct microphone *microphone = io->private_data;
    microphone->position = microphone->taken = 0;
    return 0;
}

static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *io) {
    struct microphone *microphone = io->private_data;
    if (microphone->running) {
        read_stretches(microphone);
        int64_t now = loa_now(CLOCK_MONOTONIC), known = known_until(microphone);
        int64_t position = loa_clock_position(&microphone->clock, now < known ? now : known);
        if (position > microphone->position)
            microphone->position = position;
        // Who does not read in time loses what comes next, and is told.
        if (microphone->position - microphone->taken > (int64_t)io->buffer_size)
            return -EPIPE;
    }
    return (snd_pcm_sframes_t)(microphone->position % (int64_t)io->buffer_size);
}

static snd_pcm_sframes_t transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    struct microphone *microphone = io->private_data;
    for (snd_pcm_uframes_t frame = 0; frame < size; frame++) {
        int64_t ns = loa_clock_instant(&microphone->clock, microphone->taken + (int64_t)frame);
        double value = sounded(microphone, ns - microphone->delay_ns) * microphone->gain;
        if (microphone->noise > 0)
            value += noise(microphone) * microphone->noise;
        value = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
        int16_t sample = (int16_t)(value < 0 ? value - 0.5 : value + 0.5);
        for (unsigned int channel = 0; channel < io->channels; channel++) {
            const snd_pcm_channel_area_t *area = &areas[channel];
            char *at = (char *)area->addr + (area->first + (offset + frame) * area->step) / 8;
            memcpy(at, &sample, sizeof sample);
        }
    }
    microphone->taken += (int64_t)size;
    return (snd_pcm_sframes_t)size;
}

static int poll_revents(
    snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned int count, unsigned short *events) {
    struct microphone *microphone = io->private_data;
    *events = 0;
    if (count == 0 || !(descriptors[0].revents & POLLIN))
        return 0;
    uint64_t ticks;
    if (read(microphone->timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
        return -errno;
    snd_pcm_hwsync(io->pcm);
    if (io->state != SND_PCM_STATE_RUNNING)
        *events = POLLIN | POLLERR;
    else if (snd_pcm_ioplug_avail(io, io->hw_ptr, io->appl_ptr) > 0)
        *events = POLLIN;
    return 0;
}

static void free_microphone(struct microphone *microphone) {
    if (microphone->timer >= 0)
        close(microphone->timer);
    if (microphone->wave >= 0)
        close(microphone->wave);
    free(microphone->segments);
    free((char *)microphone->io.name);
    free(microphone);
}

static int close_microphone(snd_pcm_ioplug_t *io) {
    free_microphone(io->private_data);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = start,
    .stop = stop,
    .pointer = pointer,
    .transfer = transfer,
    .close = close_microphone,
    .prepare = prepare,
    .poll_revents = poll_revents,
};

// MARK: - Opening

static int constrain(snd_pcm_ioplug_t *io, const struct loa_options *options) {
    static const unsigned int accesses[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
    static const unsigned int formats[] = {SND_PCM_FORMAT_S16_LE};
    int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 1, formats);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
    if (error >= 0)
        error =
            snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, options->rates.count, options->rates.values);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 256, 1 << 20);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 1024, 1 << 22);
    return error;
}

int loa_microphone_open(
    snd_pcm_t **pcm, const char *name, const struct loa_options *options, snd_pcm_stream_t stream, int mode) {
    struct microphone *microphone = calloc(1, sizeof *microphone);
    if (!microphone)
        return -ENOMEM;
    microphone->wave = -1;
    microphone->dice = (uint64_t)loa_now(CLOCK_MONOTONIC);
    microphone->gain = pow(10, (double)options->microphone_gain / 20);
    microphone->noise =
        options->microphone_noise > -120 ? 32768 * pow(10, (double)options->microphone_noise / 20) : 0;
    microphone->delay_ns = options->microphone_delay * 1000000;
    microphone->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    microphone->io.name = strdup(options->name);
    int error = microphone->timer < 0 ? -errno : 0;
    if (!error && (!microphone->io.name || asprintf(&microphone->segments, "%s.segments", options->recording) < 0)) {
        microphone->segments = NULL;
        error = -ENOMEM;
    }
    if (error) {
        free_microphone(microphone);
        return error;
    }
    microphone->io.version = SND_PCM_IOPLUG_VERSION;
    microphone->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC;
    microphone->io.poll_fd = microphone->timer;
    microphone->io.poll_events = POLLIN;
    microphone->io.callback = &callbacks;
    microphone->io.private_data = microphone;
    error = snd_pcm_ioplug_create(&microphone->io, name, stream, mode);
    if (error < 0) {
        free_microphone(microphone);
        return error;
    }
    error = constrain(&microphone->io, options);
    if (error < 0) {
        snd_pcm_ioplug_delete(&microphone->io);
        return error;
    }
    *pcm = microphone->io.pcm;
    return 0;
}
