/// The control file: what a test writes to take the card away, to bring it back, to stop it, or to make its clock fast or
/// slow.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

struct loa_control {
    char *path;  ///< Null: there is no control file, and nothing changes.
    int notify;  ///< An inotify descriptor, readable once the file was changed; -1 without a control file.
    int watch;
    int64_t usual_milli_ppm;  ///< Holds where the file says nothing of it.
    bool lost;  ///< For good, of what was opened.
    bool stuck;
    int64_t milli_ppm;
    unsigned long xruns;     ///< How often the card has been told to run dry.
    unsigned long suspends;  ///< How often it has been told to be suspended.
    unsigned long replugs;   ///< How often the card has been pulled and put back.
    unsigned long opened_at; ///< `replugs` when it was opened.
};

/// Reads the file for the first time, making an empty one if there is none, and begins to watch it.
/// Returns 0, or a negative error code after it said in words what is wrong.
int loa_control_open(struct loa_control *control, const char *path, int64_t milli_ppm);

/// Reads the file again if it was changed since. One system call if it was not.
void loa_control_update(struct loa_control *control);

void loa_control_close(struct loa_control *control);

/// Thousandths of a part per million in `text`, a decimal number; false if it is none or out of range.
bool loa_parse_ppm(const char *text, int64_t *milli_ppm);

/// The range of the clock: from a tenth of its speed to a hundred times as fast.
bool loa_ppm_in_range(double ppm);

#pragma GCC visibility pop
