/// The card itself: its buffer, its clock, its timer, and what it does when it looks at them.
#pragma once

#include "Control.h"
#include "DeviceClock.h"
#include "Recording.h"

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/// One opened card.
///
/// Positions are frames since the last prepare, in 64 bits: `recorded <= hardware`. The program's own position is libasound's,
/// which wraps it at `boundary`. The ring keeps a little more than the buffer, so that what was heard can wait there to be
/// recorded in one go.
struct loa_card {
    snd_pcm_ioplug_t io;
    struct loa_recording recording;
    struct loa_control control;

    int timer;
    int descriptor;    ///< What the program polls: the timer, or an epoll of timer and control file.
    int64_t armed_ns;  ///< 0: the timer is disarmed.

    uint8_t *ring;
    snd_pcm_channel_area_t *areas;
    int64_t ring_frames;
    unsigned int frame_bytes;

    snd_pcm_uframes_t boundary;
    int64_t avail_min;
    int64_t stop_threshold;
    bool silence;

    struct loa_clock clock;
    bool moving;        ///< The clock runs: running or draining.
    int64_t hardware;   ///< Frames that were heard at the last look at the clock.
    int64_t recorded;   ///< Frames that were given to the recording.
    int64_t end;        ///< The program's position when it was last asked for.
    int64_t milli_ppm;  ///< The clock's speed.

    atomic_bool control_due;  ///< A poll saw the descriptor ready: perhaps the control file was changed.
    int64_t control_ns;       ///< When the control file was looked at.
    bool lost;                ///< For good: a handle does not come back.
    bool stuck;               ///< The clock runs, and the card does not move.
    unsigned long xruns;      ///< Done of what the control file orders.
    unsigned long suspends;
    bool stopped_here;        ///< The last stop ended a segment.
    int64_t status_late;      ///< Microseconds that a status takes longer than its answer is old.
};

/// How often at most what was heard is appended to the recording, however often the program calls.
enum { loa_appends_per_second = 20 };

// MARK: - Called in the handle's lock

/// Looks at clock and control file, and does what follows from them: afterwards position, state and `lost` hold for now.
void loa_card_look(struct loa_card *card);

/// The position up to which the program has written.
int64_t loa_card_written(struct loa_card *card);

/// Starts the clock and a segment at the position where the card stands. Returns -EPIPE if nothing is written to be heard.
int loa_card_go(struct loa_card *card);

/// Ends the segment at the position of the last look, and stops the clock.
void loa_card_halt(struct loa_card *card, const char *reason);

/// Copies from the program into the ring, behind what is written; -ENODEV if the card is lost.
int loa_card_write(
    struct loa_card *card, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t size);

/// Arms the timer for the next instant at which a poll must return, as the driver of a card would wake its sleepers: at a
/// period's end that leaves room for avail_min frames, or when the card stops by itself. A handle that has room already, or
/// that is in no state to play, is ready at once. `end` is up to where the program will have written.
void loa_card_arm(struct loa_card *card, snd_pcm_state_t state, int64_t end);

// MARK: - Called outside the lock, by the one thread that sets the handle up

/// Looks at the control file; false if the card is lost.
bool loa_card_is_present(struct loa_card *card);

/// Makes the ring, for the parameters in `io`.
int loa_card_make_ring(struct loa_card *card);
void loa_card_free_ring(struct loa_card *card);

/// Goes to position zero, standing. What still ran is ended as dropped.
void loa_card_reset(struct loa_card *card);

#pragma GCC visibility pop
