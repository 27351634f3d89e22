#define _GNU_SOURCE
#include "Control.h"

#include "include/VirtualSoundCard.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { control_file_limit = 4096 };

bool loa_ppm_in_range(double ppm) {
    return ppm >= -900000 && ppm <= 99000000;
}

bool loa_parse_ppm(const char *text, int64_t *milli_ppm) {
    // The program that opened the card may have chosen a locale with a decimal comma.
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (c == (locale_t)0)
        return false;
    char *end;
    double ppm = strtod_l(text, &end, c);
    freelocale(c);
    if (end == text || *end != '\0' || !loa_ppm_in_range(ppm))
        return false;
    *milli_ppm = llround(ppm * 1000);
    return true;
}

static bool parse_count(const char *text, unsigned long *count) {
    char *end;
    unsigned long found = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || *text == '-' || found > 1000000)
        return false;
    *count = found;
    return true;
}

/// Takes in one line. The last line of a kind counts.
static void obey(struct loa_control *control, const char *word, const char *value) {
    if (!strcmp(word, LOA_CONTROL_LOST) && !value)
        control->lost = true;
    else if (!strcmp(word, LOA_CONTROL_PRESENT) && !value)
        control->lost = false;
    else if (!strcmp(word, LOA_CONTROL_REPLUG) && value && parse_count(value, &control->replugs))
        return;
    else if (!strcmp(word, LOA_CONTROL_STUCK) && !value)
        control->stuck = true;
    else if (!strcmp(word, LOA_CONTROL_XRUN) && value && parse_count(value, &control->xruns))
        return;
    else if (!strcmp(word, LOA_CONTROL_SUSPEND) && value && parse_count(value, &control->suspends))
        return;
    else if (strcmp(word, LOA_CONTROL_PPM) || !value || !loa_parse_ppm(value, &control->milli_ppm))
        SNDERR("%s: cannot understand \"%s%s%s\"; write \"lost\", \"present\", \"replug NUMBER\", \"stuck\", \"xrun NUMBER\", "
               "\"suspend NUMBER\" or \"ppm NUMBER\"", control->path, word, value ? " " : "", value ? value : "");
}

/// Reads the whole file, which says all: what it does not mention is as it was at first, but what was lost stays so.
/// An empty or missing file changes nothing, because it is about to be written.
static void read_file(struct loa_control *control) {
    char text[control_file_limit];
    int file = open(control->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0)
        return;
    text[length] = '\0';
    bool lost = control->lost;
    control->lost = false;
    control->stuck = false;
    control->milli_ppm = control->usual_milli_ppm;
    char *lines = text;
    for (char *line; (line = strsep(&lines, "\n"));) {
        char *rest = line;
        char *word = strtok_r(rest, " \t\r", &rest);
        if (word)
            obey(control, word, strtok_r(NULL, " \t\r", &rest));
    }
    control->lost |= lost || control->replugs > control->opened_at;
}

static void watch_file(struct loa_control *control) {
    control->watch =
        inotify_add_watch(control->notify, control->path, IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVE_SELF);
}

int loa_control_open(struct loa_control *control, const char *path, int64_t milli_ppm) {
    *control = (struct loa_control){.notify = -1, .watch = -1, .usual_milli_ppm = milli_ppm, .milli_ppm = milli_ppm,
                                    .opened_at = ULONG_MAX};
    if (!path)
        return 0;
    control->path = strdup(path);
    if (!control->path)
        return -ENOMEM;
    int file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0) {
        int error = errno;
        SNDERR("cannot open the control file %s: %s; make its folder, or give another path as \"control\"", path,
               strerror(error));
        return -error;
    }
    close(file);
    control->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (control->notify < 0) {
        int error = errno;
        SNDERR("cannot watch the control file %s: %s; raise fs.inotify.max_user_instances", path, strerror(error));
        return -error;
    }
    watch_file(control);
    read_file(control);
    control->opened_at = control->replugs;
    return 0;
}

void loa_control_update(struct loa_control *control) {
    if (control->notify < 0)
        return;
    char events[1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    bool changed = control->watch < 0;
    while (read(control->notify, events, sizeof events) > 0)
        changed = true;
    if (!changed)
        return;
    // Another file may have been moved to the path: watch what is there now, before reading it.
    watch_file(control);
    read_file(control);
}

void loa_control_close(struct loa_control *control) {
    if (control->notify >= 0)
        close(control->notify);
    free(control->path);
    *control = (struct loa_control){.notify = -1, .watch = -1};
}
