// Files beyond two gibibytes, also where a long has 32 bits.
#define _FILE_OFFSET_BITS 64
#define _GNU_SOURCE
#include "Recording.h"

#include "include/VirtualSoundCard.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    header_bytes = 44,
    line_limit = 1024,
    count_width = 12,
    reason_width = 10,
    chunk_samples = 4096,
};

// MARK: - Small things

static int write_all(int file, const void *bytes, size_t count, off_t offset) {
    const uint8_t *from = bytes;
    while (count > 0) {
        ssize_t written = pwrite(file, from, count, offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        from += written;
        offset += written;
        count -= (size_t)written;
    }
    return 0;
}

static int complain(const struct loa_recording *recording, int error, const char *what) {
    SNDERR("%s: %s: %s; free the disk, or choose another path as \"recording\"", recording->path, what,
           strerror(-error));
    return error;
}

static void put(uint8_t *to, unsigned int bytes, uint32_t value) {
    for (unsigned int i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get(const uint8_t *from, unsigned int bytes) {
    uint32_t value = 0;
    for (unsigned int i = 0; i < bytes; i++)
        value |= (uint32_t)from[i] << (8 * i);
    return value;
}

/// Bits of a sample in the file. S24_LE lies in four bytes of the buffer, and in three of a WAV file.
static unsigned int bits_in_file(snd_pcm_format_t format) {
    return format == SND_PCM_FORMAT_S24_LE ? 24 : (unsigned int)snd_pcm_format_physical_width(format);
}

// MARK: - Names

/// The path of file `number`: the path itself for the first, then `name.2.wav`, `name.3.wav`.
static int wave_path(const struct loa_recording *recording, unsigned int number, char *path, size_t size) {
    const char *base = recording->path;
    size_t stem = strlen(base);
    const char *ending = "";
    if (stem > 4 && !strcmp(base + stem - 4, ".wav")) {
        stem -= 4;
        ending = ".wav";
    }
    int length = number == 1 ? snprintf(path, size, "%s", base)
                             : snprintf(path, size, "%.*s.%u%s", (int)stem, base, number, ending);
    return length < 0 || (size_t)length >= size ? -ENAMETOOLONG : 0;
}

/// The number of the last file that exists, 0 if there is none.
static unsigned int last_number(const struct loa_recording *recording) {
    char path[4096];
    unsigned int number = 0;
    while (!wave_path(recording, number + 1, path, sizeof path) && access(path, F_OK) == 0)
        number++;
    return number;
}

/// The last part of the path, as JSON has it between quotes.
static void quoted_name(const char *path, char *to, size_t size) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t used = 0;
    for (; *name && used + 7 < size; name++) {
        unsigned char c = (unsigned char)*name;
        if (c == '"' || c == '\\')
            to[used++] = '\\';
        if (c < 0x20)
            used += (size_t)snprintf(to + used, size - used, "\\u%04x", c);
        else
            to[used++] = (char)c;
    }
    to[used] = '\0';
}

// MARK: - WAV

static void make_header(const struct loa_recording *recording, uint8_t header[header_bytes]) {
    const struct loa_segment *segment = &recording->segment;
    unsigned int bits = bits_in_file(segment->format);
    uint32_t bytes = (uint32_t)recording->wave_bytes;
    memcpy(header, "RIFF", 4);
    put(header + 4, 4, bytes + header_bytes - 8);
    memcpy(header + 8, "WAVEfmt ", 8);
    put(header + 16, 4, 16);
    put(header + 20, 2, segment->format == SND_PCM_FORMAT_FLOAT_LE ? 3 : 1);
    put(header + 22, 2, segment->channels);
    put(header + 24, 4, segment->rate);
    put(header + 28, 4, segment->rate * recording->frame_bytes);
    put(header + 32, 2, recording->frame_bytes);
    put(header + 34, 2, bits);
    memcpy(header + 36, "data", 4);
    put(header + 40, 4, bytes);
}

/// Bytes of sound that the header of an open file says; -1 if it is not a file of ours.
static int64_t bytes_by_header(int file) {
    uint8_t header[header_bytes];
    if (pread(file, header, sizeof header, 0) != (ssize_t)sizeof header || memcmp(header, "RIFF", 4)
        || memcmp(header + 8, "WAVEfmt ", 8) || memcmp(header + 36, "data", 4))
        return -1;
    return get(header + 40, 4);
}

/// Takes the file that is there for more, if its format is the same and it has room.
static bool can_go_on(struct loa_recording *recording, int file) {
    uint8_t wanted[header_bytes], found[header_bytes];
    int64_t bytes = bytes_by_header(file);
    if (bytes < 0 || pread(file, found, sizeof found, 0) != (ssize_t)sizeof found)
        return false;
    recording->wave_bytes = (uint64_t)bytes;
    make_header(recording, wanted);
    // What lies behind the sizes of the header was never published.
    return !memcmp(wanted, found, sizeof found) && loa_recording_room(recording) > 0
        && ftruncate(file, (off_t)header_bytes + bytes) == 0;
}

static int open_wave(struct loa_recording *recording) {
    char path[4096];
    unsigned int number = last_number(recording);
    if (number > 0 && !wave_path(recording, number, path, sizeof path)) {
        int file = open(path, O_RDWR | O_CLOEXEC);
        if (file >= 0 && can_go_on(recording, file)) {
            recording->wave = file;
            recording->number = number;
            return 0;
        }
        if (file >= 0)
            close(file);
    }
    recording->number = number + 1;
    recording->wave_bytes = 0;
    int error = wave_path(recording, recording->number, path, sizeof path);
    if (error)
        return error;
    recording->wave = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (recording->wave < 0)
        return -errno;
    uint8_t header[header_bytes];
    make_header(recording, header);
    return write_all(recording->wave, header, sizeof header, 0);
}

// MARK: - Segments

/// Writes the line of the segment. Its length does not change while the count grows, so it can be written over in place.
static int write_line(struct loa_recording *recording, const char *reason) {
    const struct loa_segment *segment = &recording->segment;
    char path[4096], name[512], line[line_limit];
    int error = wave_path(recording, recording->number, path, sizeof path);
    if (error)
        return error;
    quoted_name(path, name, sizeof name);
    int64_t ppm = segment->milli_ppm < 0 ? -segment->milli_ppm : segment->milli_ppm;
    // No %f: its decimal sign depends on the locale of the program.
    int length = snprintf(
        line, sizeof line,
        "{\"file\":\"%s\",\"first\":%" PRId64 ",\"monotonic_ns\":%" PRId64 ",\"realtime_ns\":%" PRId64
        ",\"rate\":%u,\"format\":\"%s\",\"channels\":%u,\"ppm\":%s%" PRId64 ".%03" PRId64 ",\"frames\":",
        name, recording->first, segment->monotonic_ns, segment->realtime_ns, segment->rate,
        snd_pcm_format_name(segment->format), segment->channels, segment->milli_ppm < 0 ? "-" : "", ppm / 1000,
        ppm % 1000);
    if (length < 0 || length >= (int)sizeof line - 64)
        return -ENAMETOOLONG;
    recording->count = recording->line + length;
    length += snprintf(line + length, 64, "%*" PRId64 ",\"ended\":\"%s\"%*s}\n", count_width, recording->frames, reason,
                       (int)(reason_width - strlen(reason)), "");
    return write_all(recording->segments, line, (size_t)length, recording->line);
}

/// Finishes what a killed program left: half a line is cut off, and a line that still says "playing" gets its count from the
/// header of the last file, and "killed".
static int repair(struct loa_recording *recording) {
    char tail[line_limit + 1];
    off_t size = lseek(recording->segments, 0, SEEK_END);
    off_t from = size > line_limit ? size - line_limit : 0;
    ssize_t length = pread(recording->segments, tail, (size_t)(size - from), from);
    if (length < 0)
        return -errno;
    tail[length] = '\0';
    char *newline = memrchr(tail, '\n', (size_t)length);
    char *end = newline ? newline + 1 : tail;
    if (*end && ftruncate(recording->segments, from + (end - tail)) < 0)
        return -errno;
    if (!newline)
        return 0;
    char *before = memrchr(tail, '\n', (size_t)(newline - tail));
    char *line = before ? before + 1 : tail;
    char *first = strstr(line, "\"first\":"), *frames = strstr(line, "\"frames\":"), *ended = strstr(line, "\"ended\":");
    char path[4096];
    if (!first || !frames || !ended || !strstr(ended, "\"" LOA_ENDED_PLAYING "\"")
        || wave_path(recording, last_number(recording), path, sizeof path))
        return 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return 0;
    uint8_t frame_bytes[2];
    int64_t bytes = bytes_by_header(file);
    bool known = bytes >= 0 && pread(file, frame_bytes, 2, 32) == 2 && get(frame_bytes, 2) > 0;
    close(file);
    int64_t count = known ? bytes / get(frame_bytes, 2) - strtoll(first + 8, NULL, 10) : strtoll(frames + 9, NULL, 10);
    char rest[64];
    int written = snprintf(rest, sizeof rest, "\"frames\":%*" PRId64 ",\"ended\":\"%s\"%*s}\n", count_width, count,
                           LOA_ENDED_KILLED, (int)(reason_width - strlen(LOA_ENDED_KILLED)), "");
    return write_all(recording->segments, rest, (size_t)written, from + (frames - tail));
}

// MARK: - The recording

int loa_recording_open(struct loa_recording *recording, const char *path, uint64_t limit) {
    *recording = (struct loa_recording){.limit = limit, .segments = -1, .wave = -1};
    recording->path = strdup(path);
    char segments[4096];
    int length = snprintf(segments, sizeof segments, "%s" LOA_SEGMENTS_SUFFIX, path);
    if (!recording->path || length < 0 || (size_t)length >= sizeof segments) {
        int error = recording->path ? -ENAMETOOLONG : -ENOMEM;
        loa_recording_close(recording);
        return error;
    }
    recording->segments = open(segments, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    int error = recording->segments < 0 ? -errno : 0;
    if (error) {
        SNDERR("cannot record to %s: %s; make its folder, or give another path as \"recording\"", path,
               strerror(-error));
    } else if (flock(recording->segments, LOCK_EX | LOCK_NB) < 0) {
        error = errno == EWOULDBLOCK ? -EBUSY : -errno;
        SNDERR("the card that records to %s is %s; close the program that has it open", path,
               error == -EBUSY ? "in use" : strerror(-error));
    } else {
        error = repair(recording);
        if (error)
            complain(recording, error, "cannot read or write the segments file");
    }
    if (error)
        loa_recording_close(recording);
    return error;
}

int loa_recording_take_file(struct loa_recording *recording, const struct loa_segment *segment) {
    bool same = recording->wave >= 0 && recording->segment.format == segment->format
        && recording->segment.rate == segment->rate && recording->segment.channels == segment->channels;
    recording->segment = *segment;
    recording->frame_bytes = bits_in_file(segment->format) / 8 * segment->channels;
    if (recording->wave >= 0 && (!same || loa_recording_room(recording) <= 0)) {
        close(recording->wave);
        recording->wave = -1;
    }
    int error = recording->wave < 0 ? open_wave(recording) : 0;
    return error ? complain(recording, error, "cannot make the file") : 0;
}

int loa_recording_begin(struct loa_recording *recording, const struct loa_segment *segment) {
    int error = loa_recording_take_file(recording, segment);
    if (error)
        return error;
    recording->first = (int64_t)(recording->wave_bytes / recording->frame_bytes);
    recording->frames = 0;
    recording->line = lseek(recording->segments, 0, SEEK_END);
    error = write_line(recording, LOA_ENDED_PLAYING);
    if (error)
        return complain(recording, error, "cannot write the segments file");
    recording->playing = true;
    return 0;
}

int64_t loa_recording_room(const struct loa_recording *recording) {
    if (recording->wave_bytes >= recording->limit)
        return 0;
    return (int64_t)((recording->limit - recording->wave_bytes) / recording->frame_bytes);
}

int loa_recording_append(struct loa_recording *recording, const uint8_t *frames, int64_t count) {
    off_t offset = header_bytes + (off_t)recording->wave_bytes;
    int error = 0;
    if (recording->segment.format == SND_PCM_FORMAT_S24_LE) {
        uint8_t packed[3 * chunk_samples];
        int64_t samples = count * recording->segment.channels;
        for (int64_t done = 0; done < samples && !error; done += chunk_samples) {
            int64_t some = samples - done < chunk_samples ? samples - done : chunk_samples;
            for (int64_t i = 0; i < some; i++)
                memcpy(packed + 3 * i, frames + 4 * (done + i), 3);
            error = write_all(recording->wave, packed, (size_t)(3 * some), offset + 3 * done);
        }
    } else {
        error = write_all(recording->wave, frames, (size_t)count * recording->frame_bytes, offset);
    }
    if (error)
        return complain(recording, error, "cannot record what is heard");
    recording->wave_bytes += (uint64_t)count * recording->frame_bytes;
    recording->frames += count;
    return 0;
}

int loa_recording_publish(struct loa_recording *recording) {
    uint8_t header[header_bytes];
    make_header(recording, header);
    int error = write_all(recording->wave, header, sizeof header, 0);
    char count[count_width];
    int64_t left = recording->frames;
    for (int at = count_width - 1; at >= 0; at--, left /= 10)
        count[at] = left || at == count_width - 1 ? (char)('0' + left % 10) : ' ';
    if (!error)
        error = write_all(recording->segments, count, sizeof count, recording->count);
    return error ? complain(recording, error, "cannot write how much was heard") : 0;
}

int loa_recording_end(struct loa_recording *recording, const char *reason) {
    recording->playing = false;
    return loa_recording_end_otherwise(recording, reason);
}

int loa_recording_end_otherwise(struct loa_recording *recording, const char *reason) {
    int error = write_line(recording, reason);
    return error ? complain(recording, error, "cannot write how much was heard") : 0;
}

void loa_recording_close(struct loa_recording *recording) {
    if (recording->wave >= 0)
        close(recording->wave);
    if (recording->segments >= 0) {
        // A child that has been forked and not yet run its program has the file open as well: closing alone would not end the lock.
        flock(recording->segments, LOCK_UN);
        close(recording->segments);
    }
    free(recording->path);
    *recording = (struct loa_recording){.segments = -1, .wave = -1};
}
