/// What was heard, as WAV files, and when, as lines of JSON beside them.
///
/// Both can be read at any instant, also after SIGKILL: each append is followed by a header with the new sizes, then by the
/// segment's line with the new count.
#pragma once

#include <alsa/asoundlib.h>
#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/// What a segment is made of, and the instant of its first frame on both clocks.
struct loa_segment {
    snd_pcm_format_t format;
    unsigned int rate;
    unsigned int channels;
    int64_t milli_ppm;
    int64_t monotonic_ns;
    int64_t realtime_ns;
};

struct loa_recording {
    char *path;
    uint64_t limit;  ///< Bytes of sound that a file holds at most.
    int segments;    ///< Descriptor of the segments file. Its lock makes the card belong to one program at a time.
    int wave;        ///< Descriptor of the WAV file, -1 until something is heard.
    unsigned int number;
    struct loa_segment segment;
    bool playing;
    unsigned int frame_bytes;  ///< Of a frame in the file; less than in the buffer for S24_LE.
    uint64_t wave_bytes;
    int64_t first;
    int64_t frames;
    off_t line;   ///< Where in the segments file the line of this segment begins.
    off_t count;  ///< Where in it the count of frames is, right-aligned in as many characters as the widest.
};

/// Takes the card: -EBUSY if a program has it. Finishes the line that a killed program left. Says in words what is wrong.
int loa_recording_open(struct loa_recording *recording, const char *path, uint64_t limit);

/// Opens the file that a segment of this format would go to, and makes it if needed. `loa_recording_begin` does it as well.
int loa_recording_take_file(struct loa_recording *recording, const struct loa_segment *segment);

/// Begins a segment, in the same file as the last one if the format is equal and there is room, else in a new file.
int loa_recording_begin(struct loa_recording *recording, const struct loa_segment *segment);

/// How many more frames the file can take.
int64_t loa_recording_room(const struct loa_recording *recording);

/// Appends frames as they lie in the buffer. Not visible to readers before `loa_recording_publish`.
int loa_recording_append(struct loa_recording *recording, const uint8_t *frames, int64_t count);

/// Brings header and line up to what was appended.
int loa_recording_publish(struct loa_recording *recording);

/// Ends the segment. `reason` is one of the words of VirtualSoundCard.h.
int loa_recording_end(struct loa_recording *recording, const char *reason);

/// Changes the reason of the segment that ended last.
int loa_recording_end_otherwise(struct loa_recording *recording, const char *reason);

void loa_recording_close(struct loa_recording *recording);

#pragma GCC visibility pop
