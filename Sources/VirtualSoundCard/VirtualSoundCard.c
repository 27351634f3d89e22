#define _GNU_SOURCE
// libasound finds a plugin's entry by a versioned symbol, which its headers make only where this is defined.
#ifndef PIC
#define PIC 1
#endif

#include "include/VirtualSoundCard.h"

#include "Card.h"
#include "Microphone.h"
#include "Options.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

// libasound holds the handle's lock around start, stop, pointer, transfer, delay and pause. All that plays and records is in
// those; the other callbacks reach it through libasound's own locked calls.

// MARK: - Callbacks in the handle's lock

/// What libasound must answer in the state that the last look found.
static int fault(const struct loa_card *card) {
    if (card->lost)
        return -ENODEV;
    switch (card->io.state) {
    case SND_PCM_STATE_XRUN:
        return -EPIPE;
    case SND_PCM_STATE_SUSPENDED:
        return -ESTRPIPE;
    default:
        return 0;
    }
}

static int card_start(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    card->stopped_here = false;
    return loa_card_go(card);
}

static int card_stop(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    loa_card_look(card);
    card->stopped_here = false;
    if (card->moving) {
        bool drained = io->state == SND_PCM_STATE_DRAINING && card->hardware >= loa_card_written(card);
        loa_card_halt(card, drained ? LOA_ENDED_DRAIN : LOA_ENDED_DROP);
        card->stopped_here = !drained;
    }
    loa_card_arm(card, SND_PCM_STATE_SETUP, card->end);
    return 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    loa_card_look(card);
    loa_card_arm(card, io->state, loa_card_written(card));
    return (snd_pcm_sframes_t)((snd_pcm_uframes_t)card->hardware % card->boundary);
}

static int card_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay) {
    struct loa_card *card = io->private_data;
    loa_card_look(card);
    *delay = (snd_pcm_sframes_t)(loa_card_written(card) - card->hardware);
    if (card->status_late > 0)
        usleep((useconds_t)card->status_late);
    return fault(card);
}

static snd_pcm_sframes_t card_transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    struct loa_card *card = io->private_data;
    loa_card_look(card);
    int error = fault(card);
    if (!error)
        error = loa_card_write(card, areas, offset, size);
    return error ? error : (snd_pcm_sframes_t)size;
}

static int card_pause(snd_pcm_ioplug_t *io, int enable) {
    struct loa_card *card = io->private_data;
    if (!enable)
        return loa_card_go(card);
    loa_card_look(card);
    int error = fault(card);
    if (error)
        return error;
    loa_card_halt(card, LOA_ENDED_PAUSE);
    loa_card_arm(card, SND_PCM_STATE_PAUSED, card->end);
    return 0;
}

// MARK: - Callbacks outside the lock

static int card_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params) {
    (void)params;
    struct loa_card *card = io->private_data;
    return loa_card_is_present(card) ? loa_card_make_ring(card) : -ENODEV;
}

static int card_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
    struct loa_card *card = io->private_data;
    snd_pcm_uframes_t avail_min, stop_threshold, silence_size;
    snd_pcm_sw_params_get_boundary(params, &card->boundary);
    snd_pcm_sw_params_get_avail_min(params, &avail_min);
    snd_pcm_sw_params_get_stop_threshold(params, &stop_threshold);
    snd_pcm_sw_params_get_silence_size(params, &silence_size);
    card->avail_min = (int64_t)avail_min;
    card->stop_threshold = (int64_t)stop_threshold;
    card->silence = silence_size > 0;
    return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    card->stopped_here = false;
    loa_card_reset(card);
    return loa_card_is_present(card) ? 0 : -ENODEV;
}

static int card_drain(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    if (!card->moving && loa_card_written(card) > card->hardware) {
        int error = loa_card_go(card);
        if (error)
            return error;
    }
    while (io->state == SND_PCM_STATE_DRAINING) {
        // Looks at the clock in the lock, and stops the card once all is heard.
        snd_pcm_hwsync(io->pcm);
        if (io->state != SND_PCM_STATE_DRAINING)
            break;
        if (io->nonblock)
            return -EAGAIN;
        // Bounded, for another thread may drop what is awaited here.
        int64_t left = loa_clock_instant(&card->clock, card->end) - loa_now(CLOCK_MONOTONIC);
        struct pollfd ready = {.fd = card->descriptor, .events = POLLIN};
        if (poll(&ready, 1, left > 0 ? (int)(left / 1000000) + 1 : 0) < 0 && io->nonblock)
            return -EINTR;
        atomic_store(&card->control_due, true);
    }
    return card->lost ? -ENODEV : 0;
}

static int card_poll_revents(
    snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned int count, unsigned short *events) {
    struct loa_card *card = io->private_data;
    *events = 0;
    if (count == 0 || !(descriptors[0].revents & POLLIN))
        return 0;
    if (io->state == SND_PCM_STATE_OPEN) {
        *events = POLLERR;
        return 0;
    }
    atomic_store(&card->control_due, true);
    snd_pcm_hwsync(io->pcm);
    switch (io->state) {
    case SND_PCM_STATE_PREPARED:
    case SND_PCM_STATE_RUNNING:
    case SND_PCM_STATE_PAUSED:
        if (snd_pcm_ioplug_avail(io, io->hw_ptr, io->appl_ptr) >= (snd_pcm_uframes_t)card->avail_min)
            *events = POLLOUT;
        break;
    case SND_PCM_STATE_DRAINING:
        break;
    default:
        // So a program also learns that all was heard, after a drain that did not block.
        *events = POLLOUT | POLLERR;
    }
    return 0;
}

static int card_hw_free(snd_pcm_ioplug_t *io) {
    loa_card_free_ring(io->private_data);
    return 0;
}

static void free_card(struct loa_card *card) {
    if (card->descriptor >= 0 && card->descriptor != card->timer)
        close(card->descriptor);
    if (card->timer >= 0)
        close(card->timer);
    loa_control_close(&card->control);
    loa_recording_close(&card->recording);
    loa_card_free_ring(card);
    free((char *)card->io.name);
    free(card);
}

static int card_close(snd_pcm_ioplug_t *io) {
    struct loa_card *card = io->private_data;
    // snd_pcm_close stops the card before this. If that is what ended the segment, the program did not drop it itself.
    if (card->stopped_here)
        loa_recording_end_otherwise(&card->recording, LOA_ENDED_CLOSED);
    free_card(card);
    return 0;
}

static void card_dump(snd_pcm_ioplug_t *io, snd_output_t *output) {
    struct loa_card *card = io->private_data;
    snd_output_printf(output, "%s, a virtual sound card, recorded to %s\n", io->name, card->recording.path);
}

// MARK: - Opening

static int make_descriptor(struct loa_card *card) {
    card->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (card->timer < 0)
        return -errno;
    if (card->control.notify < 0) {
        card->descriptor = card->timer;
        return 0;
    }
    card->descriptor = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event ready = {.events = EPOLLIN};
    if (card->descriptor < 0 || epoll_ctl(card->descriptor, EPOLL_CTL_ADD, card->timer, &ready) < 0
        || epoll_ctl(card->descriptor, EPOLL_CTL_ADD, card->control.notify, &ready) < 0)
        return -errno;
    return 0;
}

static int constrain(struct loa_card *card, const struct loa_options *options) {
    static const unsigned int accesses[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
    snd_pcm_ioplug_t *io = &card->io;
    int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, accesses);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_list(
            io, SND_PCM_IOPLUG_HW_FORMAT, options->formats.count, options->formats.values);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_list(
            io, SND_PCM_IOPLUG_HW_CHANNELS, options->channels.count, options->channels.values);
    if (error >= 0)
        error =
            snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, options->rates.count, options->rates.values);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(
            io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, (unsigned int)options->period_bytes_min,
            (unsigned int)options->period_bytes_max);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(
            io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, (unsigned int)(options->period_bytes_min * options->periods_min),
            (unsigned int)options->buffer_bytes_max);
    if (error >= 0)
        error = snd_pcm_ioplug_set_param_minmax(
            io, SND_PCM_IOPLUG_HW_PERIODS, (unsigned int)options->periods_min, (unsigned int)options->periods_max);
    return error;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start,
    .stop = card_stop,
    .pointer = card_pointer,
    .transfer = card_transfer,
    .close = card_close,
    .hw_params = card_hw_params,
    .hw_free = card_hw_free,
    .sw_params = card_sw_params,
    .prepare = card_prepare,
    .drain = card_drain,
    .pause = card_pause,
    .poll_revents = card_poll_revents,
    .dump = card_dump,
    .delay = card_delay,
};

SND_PCM_PLUGIN_DEFINE_FUNC(loa) {
    (void)root;
    struct loa_options options;
    int error = loa_options_read(&options, name, conf);
    if (error)
        return error;
    if (stream != SND_PCM_STREAM_PLAYBACK)
        return loa_microphone_open(pcmp, name, &options, stream, mode);
    struct loa_card *card = calloc(1, sizeof *card);
    if (!card)
        return -ENOMEM;
    card->timer = card->descriptor = -1;
    card->control.notify = -1;
    card->recording.segments = card->recording.wave = -1;
    card->status_late = options.status_late;
    card->io.name = strdup(options.name);
    error = card->io.name ? loa_control_open(&card->control, options.control, options.milli_ppm) : -ENOMEM;
    if (!error && card->control.lost) {
        SNDERR("%s: the card is lost; write \"present\" to %s to bring it back", name, options.control);
        error = -ENODEV;
    }
    card->milli_ppm = card->control.milli_ppm;
    // What was ordered before this handle was done by another.
    card->xruns = card->control.xruns;
    card->suspends = card->control.suspends;
    if (!error)
        error = loa_recording_open(&card->recording, options.recording, (uint64_t)options.file_bytes_max);
    if (!error)
        error = make_descriptor(card);
    if (error) {
        free_card(card);
        return error;
    }
    card->io.version = SND_PCM_IOPLUG_VERSION;
    card->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
    card->io.poll_fd = card->descriptor;
    card->io.poll_events = POLLIN;
    card->io.callback = &callbacks;
    card->io.private_data = card;
    error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (error < 0) {
        free_card(card);
        return error;
    }
    error = constrain(card, &options);
    if (error < 0) {
        snd_pcm_ioplug_delete(&card->io);
        return error;
    }
    *pcmp = card->io.pcm;
    return 0;
}

SND_PCM_PLUGIN_SYMBOL(loa)
