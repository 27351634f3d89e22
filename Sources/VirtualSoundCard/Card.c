#define _GNU_SOURCE
#include "Card.h"

#include "include/VirtualSoundCard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>

/// Between two looks at the control file of a program that calls without polling.
static const int64_t control_interval_ns = 50 * 1000000;

/// An instant long gone: a timer armed for it is readable at once.
static const int64_t at_once = 1;

// MARK: - Positions

int64_t loa_card_written(struct loa_card *card) {
    snd_pcm_uframes_t hardware = (snd_pcm_uframes_t)card->hardware % card->boundary;
    snd_pcm_uframes_t program = card->io.appl_ptr;
    snd_pcm_uframes_t ahead = program >= hardware ? program - hardware : program + card->boundary - hardware;
    card->end = card->hardware + (int64_t)ahead;
    if (ahead > card->boundary / 2)
        card->end -= (int64_t)card->boundary;
    return card->end;
}

/// The position at which the card stops by itself for want of frames.
static int64_t stop_position(const struct loa_card *card, snd_pcm_state_t state, int64_t end) {
    if (state == SND_PCM_STATE_DRAINING)
        return end;
    if ((snd_pcm_uframes_t)card->stop_threshold >= card->boundary)
        return INT64_MAX;
    return end + card->stop_threshold - (int64_t)card->io.buffer_size;
}

/// Whether the control file wants the card to stop more often than it did.
static bool has_orders(const struct loa_card *card) {
    return card->xruns < card->control.xruns || card->suspends < card->control.suspends;
}

// MARK: - The timer

static void arm(struct loa_card *card, int64_t ns) {
    int64_t was = card->armed_ns;
    if (ns == was || (ns == at_once && was && was <= loa_now(CLOCK_MONOTONIC)))
        return;
    struct itimerspec when = {.it_value = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000}};
    timerfd_settime(card->timer, TFD_TIMER_ABSTIME, &when, NULL);
    card->armed_ns = ns;
}

void loa_card_arm(struct loa_card *card, snd_pcm_state_t state, int64_t end) {
    int64_t wanted = end + card->avail_min - (int64_t)card->io.buffer_size;
    card->end = end;
    switch (state) {
    case SND_PCM_STATE_OPEN:
        arm(card, 0);
        return;
    case SND_PCM_STATE_PREPARED:
    case SND_PCM_STATE_PAUSED:
        arm(card, card->hardware >= wanted ? at_once : 0);
        return;
    case SND_PCM_STATE_RUNNING:
        if (card->stuck) {
            arm(card, 0);
            return;
        }
        if (card->hardware >= wanted || has_orders(card)) {
            arm(card, at_once);
            return;
        }
        break;
    case SND_PCM_STATE_DRAINING:
        wanted = end;
        break;
    default:
        arm(card, at_once);
        return;
    }
    int64_t period = (int64_t)card->io.period_size, stop = stop_position(card, state, end);
    int64_t wake = (wanted + period - 1) / period * period;
    arm(card, loa_clock_instant(&card->clock, wake < stop ? wake : stop));
}

// MARK: - Recording

/// What a segment is made of that begins with the first frame that is not recorded.
static struct loa_segment next_segment(const struct loa_card *card) {
    int64_t monotonic = loa_clock_instant(&card->clock, card->recorded);
    return (struct loa_segment){
        .format = card->io.format,
        .rate = card->io.rate,
        .channels = card->io.channels,
        .milli_ppm = card->milli_ppm,
        .monotonic_ns = monotonic,
        .realtime_ns = loa_now(CLOCK_REALTIME) - (loa_now(CLOCK_MONOTONIC) - monotonic),
    };
}

static int append(struct loa_card *card, int64_t count) {
    while (count > 0) {
        int64_t from = card->recorded % card->ring_frames, room = loa_recording_room(&card->recording);
        if (room == 0) {
            struct loa_segment next = next_segment(card);
            int error = loa_recording_publish(&card->recording);
            if (!error)
                error = loa_recording_end(&card->recording, LOA_ENDED_FULL);
            if (!error)
                error = loa_recording_begin(&card->recording, &next);
            if (error)
                return error;
            continue;
        }
        int64_t some = count;
        if (some > card->ring_frames - from)
            some = card->ring_frames - from;
        if (some > room)
            some = room;
        int error = loa_recording_append(&card->recording, card->ring + from * card->frame_bytes, some);
        if (error)
            return error;
        card->recorded += some;
        count -= some;
    }
    return 0;
}

static void lose(struct loa_card *card);

/// Records all that was heard. A card that cannot record is as good as lost: what it plays would prove nothing.
static void flush(struct loa_card *card) {
    if (!card->recording.playing || card->recorded == card->hardware)
        return;
    if (append(card, card->hardware - card->recorded) || loa_recording_publish(&card->recording)) {
        card->recording.playing = false;
        lose(card);
    }
}

static void end_segment(struct loa_card *card, const char *reason) {
    flush(card);
    if (card->recording.playing)
        loa_recording_end(&card->recording, reason);
}

// MARK: - The clock

/// The card sounded past what the program wrote, because the program told it not to stop: it went round its buffer once more,
/// or played silence where the program asked for that.
static void play_unwritten(struct loa_card *card, int64_t end, int64_t position) {
    int64_t buffer = (int64_t)card->io.buffer_size;
    int64_t from = end > card->hardware ? end : card->hardware;
    for (; from < position; from++) {
        uint8_t *to = card->ring + from % card->ring_frames * card->frame_bytes;
        if (card->silence || from < buffer)
            memset(to, 0, card->frame_bytes);
        else
            memcpy(to, card->ring + (from - buffer) % card->ring_frames * card->frame_bytes, card->frame_bytes);
        if (from + 1 - card->recorded == card->ring_frames) {
            card->hardware = from + 1;
            flush(card);
        }
    }
}

/// Brings the hardware position up to `now`, and stops the card if it ran out of frames.
static void advance(struct loa_card *card, int64_t now) {
    if (!card->moving || card->stuck)
        return;
    snd_pcm_state_t state = card->io.state;
    int64_t end = loa_card_written(card), stop = stop_position(card, state, end);
    int64_t position = loa_clock_position(&card->clock, now);
    if (position > stop)
        position = stop;
    // A program that rewound too far finds the card beyond its own position.
    if (position < card->hardware)
        position = card->hardware;
    if (position > end)
        play_unwritten(card, end, position);
    card->hardware = position;
    if (position >= stop && state != SND_PCM_STATE_DRAINING) {
        loa_card_halt(card, LOA_ENDED_XRUN);
        if (!card->lost)
            snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_XRUN);
    } else if ((position - card->recorded) * loa_appends_per_second >= (int64_t)card->io.rate) {
        flush(card);
    }
}

/// Takes the card away from the program for good.
static void lose(struct loa_card *card) {
    card->lost = true;
    loa_card_halt(card, LOA_ENDED_LOST);
    snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_DISCONNECTED);
    arm(card, at_once);
}

/// Goes on at the speed that the control file says. The segment ends, so that within one the clock is a straight line.
static void change_speed(struct loa_card *card, int64_t now) {
    card->milli_ppm = card->control.milli_ppm;
    if (card->stuck)
        return;
    end_segment(card, LOA_ENDED_PPM);
    struct loa_segment next = next_segment(card);
    loa_clock_set(&card->clock, now, loa_clock_frames(&card->clock, now), card->io.rate, card->milli_ppm);
    if (!card->lost && loa_recording_begin(&card->recording, &next))
        lose(card);
}

/// Stands still, or goes on from where it stands.
static void change_motion(struct loa_card *card, int64_t now) {
    card->stuck = card->control.stuck;
    if (card->stuck) {
        end_segment(card, LOA_ENDED_STUCK);
        arm(card, 0);
        return;
    }
    loa_clock_set(&card->clock, now, (double)card->hardware, card->io.rate, card->milli_ppm);
    struct loa_segment next = next_segment(card);
    if (loa_recording_begin(&card->recording, &next))
        lose(card);
}

/// Stops in the state that the control file orders.
static void stop_by_order(struct loa_card *card) {
    bool suspend = card->suspends < card->control.suspends;
    if (suspend)
        card->suspends++;
    else
        card->xruns++;
    loa_card_halt(card, suspend ? LOA_ENDED_SUSPEND : LOA_ENDED_XRUN);
    if (card->lost)
        return;
    snd_pcm_ioplug_set_state(&card->io, suspend ? SND_PCM_STATE_SUSPENDED : SND_PCM_STATE_XRUN);
    arm(card, at_once);
}

/// Does what the control file says. While the card plays it looks at most each 50 ms, unless `must` or a poll found the
/// descriptor ready.
static void obey_control(struct loa_card *card, int64_t now, bool must) {
    if (card->lost) {
        // A drop that was under way put it into another state.
        snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_DISCONNECTED);
        return;
    }
    if (card->control.notify < 0)
        return;
    must = atomic_exchange(&card->control_due, false) || must || has_orders(card);
    if (!must && card->moving && now - card->control_ns < control_interval_ns)
        return;
    card->control_ns = now;
    loa_control_update(&card->control);
    if (!card->moving && !card->control.lost) {
        card->milli_ppm = card->control.milli_ppm;
        return;
    }
    advance(card, now);
    if (card->control.lost)
        lose(card);
    else if (card->moving && card->stuck != card->control.stuck)
        change_motion(card, now);
    else if (card->moving && has_orders(card))
        stop_by_order(card);
    else if (card->control.milli_ppm != card->milli_ppm)
        change_speed(card, now);
}

void loa_card_look(struct loa_card *card) {
    int64_t now = loa_now(CLOCK_MONOTONIC);
    obey_control(card, now, false);
    advance(card, now);
}

// MARK: - What the program does

int loa_card_go(struct loa_card *card) {
    int64_t now = loa_now(CLOCK_MONOTONIC), end = loa_card_written(card);
    obey_control(card, now, true);
    if (card->lost)
        return -ENODEV;
    if (stop_position(card, card->io.state, end) <= card->hardware)
        return -EPIPE;
    loa_clock_set(&card->clock, now, (double)card->hardware, card->io.rate, card->milli_ppm);
    card->stuck = card->control.stuck;
    if (!card->stuck) {
        struct loa_segment segment = next_segment(card);
        int error = loa_recording_begin(&card->recording, &segment);
        if (error)
            return error;
    }
    card->moving = true;
    // libasound says that the handle is running only after this returned.
    loa_card_arm(card, card->io.state == SND_PCM_STATE_DRAINING ? SND_PCM_STATE_DRAINING : SND_PCM_STATE_RUNNING, end);
    return 0;
}

void loa_card_halt(struct loa_card *card, const char *reason) {
    card->moving = false;
    end_segment(card, reason);
}

int loa_card_write(
    struct loa_card *card, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    int64_t from = loa_card_written(card), end = from + (int64_t)size;
    if (!card->moving) {
        // Opening the file takes a while: better now than between the start and the first frame.
        struct loa_segment segment = next_segment(card);
        int error = loa_recording_take_file(&card->recording, &segment);
        if (error)
            return error;
    }
    // Only what is recorded may be written over.
    if (end - card->recorded > card->ring_frames)
        flush(card);
    if (card->lost)
        return -ENODEV;
    for (snd_pcm_uframes_t done = 0; done < size;) {
        snd_pcm_uframes_t at = (snd_pcm_uframes_t)((from + (int64_t)done) % card->ring_frames);
        snd_pcm_uframes_t some = (snd_pcm_uframes_t)card->ring_frames - at;
        if (some > size - done)
            some = size - done;
        snd_pcm_areas_copy(card->areas, at, areas, offset + done, card->io.channels, some, card->io.format);
        done += some;
    }
    loa_card_arm(card, card->io.state, end);
    return 0;
}

// MARK: - Setting up

bool loa_card_is_present(struct loa_card *card) {
    obey_control(card, loa_now(CLOCK_MONOTONIC), true);
    return !card->lost;
}

int loa_card_make_ring(struct loa_card *card) {
    const snd_pcm_ioplug_t *io = &card->io;
    loa_card_free_ring(card);
    unsigned int sample_bits = (unsigned int)snd_pcm_format_physical_width(io->format);
    card->frame_bytes = sample_bits / 8 * io->channels;
    card->ring_frames = (int64_t)io->buffer_size + io->rate / loa_appends_per_second + 1;
    card->ring = calloc((size_t)card->ring_frames, card->frame_bytes);
    card->areas = calloc(io->channels, sizeof *card->areas);
    if (!card->ring || !card->areas) {
        loa_card_free_ring(card);
        return -ENOMEM;
    }
    for (unsigned int channel = 0; channel < io->channels; channel++)
        card->areas[channel] = (snd_pcm_channel_area_t){
            .addr = card->ring,
            .first = channel * sample_bits,
            .step = card->frame_bytes * 8,
        };
    return 0;
}

void loa_card_free_ring(struct loa_card *card) {
    free(card->ring);
    free(card->areas);
    card->ring = NULL;
    card->areas = NULL;
}

void loa_card_reset(struct loa_card *card) {
    int64_t now = loa_now(CLOCK_MONOTONIC);
    if (card->moving) {
        // libasound has forgotten the program's position by now.
        int64_t position = loa_clock_position(&card->clock, now);
        if (position > card->end)
            position = card->end;
        if (position > card->hardware)
            card->hardware = position;
        loa_card_halt(card, LOA_ENDED_DROP);
    }
    card->hardware = 0;
    card->recorded = 0;
    // The clock does not run yet, but what it would say can be asked.
    loa_clock_set(&card->clock, now, 0, card->io.rate, card->milli_ppm);
    if (!card->lost)
        loa_card_arm(card, SND_PCM_STATE_PREPARED, 0);
}
