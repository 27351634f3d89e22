#define _GNU_SOURCE
// libasound finds a plugin's entry by a versioned symbol, which its headers make only where this is defined.
#ifndef PIC
#define PIC 1
#endif

#include "Control.h"

#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

// The card's mixer: a volume and a switch, kept in a file of two numbers that anybody may read and write.

enum { volume_key, switch_key, element_count, volume_steps = 63 };

static const char *const element_names[element_count] = {"Master Playback Volume", "Master Playback Switch"};

/// From -47.25 dB to 0 dB in steps of 0.75 dB, as a cheap codec has them.
static const unsigned int decibels[] = {SND_CTL_TLVT_DB_SCALE, 8, (unsigned int)-4725, 75};

struct loa_mixer {
    snd_ctl_ext_t ext;
    struct loa_control control;
    char *path;
    int unannounced;  ///< Elements of which a change has to be told.
};

static int read_levels(struct loa_mixer *mixer, long levels[element_count]) {
    char text[64];
    levels[volume_key] = volume_steps;
    levels[switch_key] = 1;
    int file = open(mixer->path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length < 0)
        return -EIO;
    text[length] = '\0';
    long volume, on;
    if (sscanf(text, "%ld %ld", &volume, &on) == 2 && volume >= 0 && volume <= volume_steps) {
        levels[volume_key] = volume;
        levels[switch_key] = on != 0;
    }
    return 0;
}

static int write_levels(struct loa_mixer *mixer, const long levels[element_count]) {
    char text[64];
    int length = snprintf(text, sizeof text, "%ld %ld\n", levels[volume_key], levels[switch_key]);
    int file = open(mixer->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return -errno;
    ssize_t written = write(file, text, (size_t)length);
    close(file);
    return written == length ? 0 : -EIO;
}

static int fault(struct loa_mixer *mixer) {
    loa_control_update(&mixer->control);
    return mixer->control.lost ? -ENODEV : 0;
}

static int count_elements(snd_ctl_ext_t *ext) {
    (void)ext;
    return element_count;
}

static int list_element(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id) {
    (void)ext;
    snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
    snd_ctl_elem_id_set_name(id, element_names[offset]);
    return 0;
}

static snd_ctl_ext_key_t find_element(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id) {
    (void)ext;
    for (snd_ctl_ext_key_t key = 0; key < element_count; key++)
        if (!strcmp(snd_ctl_elem_id_get_name(id), element_names[key]))
            return key;
    return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int get_attribute(
    snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access, unsigned int *count) {
    (void)ext;
    *type = key == volume_key ? SND_CTL_ELEM_TYPE_INTEGER : SND_CTL_ELEM_TYPE_BOOLEAN;
    *access = SND_CTL_EXT_ACCESS_READWRITE | (key == volume_key ? SND_CTL_EXT_ACCESS_TLV_READ : 0);
    *count = 1;
    return 0;
}

static int get_range(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step) {
    (void)ext;
    *least = 0;
    *most = key == volume_key ? volume_steps : 1;
    *step = 1;
    return 0;
}

static int read_element(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
    struct loa_mixer *mixer = ext->private_data;
    long levels[element_count];
    int error = fault(mixer);
    if (!error)
        error = read_levels(mixer, levels);
    if (!error)
        *value = levels[key];
    return error;
}

static int write_element(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
    struct loa_mixer *mixer = ext->private_data;
    long levels[element_count];
    int error = fault(mixer);
    if (!error)
        error = read_levels(mixer, levels);
    if (error)
        return error;
    if (levels[key] == *value)
        return 0;
    levels[key] = *value;
    error = write_levels(mixer, levels);
    return error ? error : 1;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask) {
    struct loa_mixer *mixer = ext->private_data;
    char events[1024] __attribute__((aligned(__alignof__(struct inotify_event))));
    while (read(ext->poll_fd, events, sizeof events) > 0)
        mixer->unannounced = element_count;
    if (mixer->unannounced == 0)
        return -EAGAIN;
    list_element(ext, (unsigned int)--mixer->unannounced, id);
    *mask = SND_CTL_EVENT_MASK_VALUE;
    return 1;
}

static void free_mixer(struct loa_mixer *mixer) {
    if (mixer->ext.poll_fd >= 0)
        close(mixer->ext.poll_fd);
    loa_control_close(&mixer->control);
    free(mixer->path);
    free(mixer);
}

static void close_mixer(snd_ctl_ext_t *ext) {
    free_mixer(ext->private_data);
}

static const snd_ctl_ext_callback_t callbacks = {
    .close = close_mixer,
    .elem_count = count_elements,
    .elem_list = list_element,
    .find_elem = find_element,
    .get_attribute = get_attribute,
    .get_integer_info = get_range,
    .read_integer = read_element,
    .write_integer = write_element,
    .read_event = read_event,
};

/// Makes the file if it is missing, and begins to watch it.
static int open_levels(struct loa_mixer *mixer) {
    long levels[element_count];
    int error = read_levels(mixer, levels);
    if (error == -ENOENT)
        error = write_levels(mixer, levels);
    if (error) {
        SNDERR("cannot use the levels file %s: %s; make its folder, or give another path as \"levels\"", mixer->path,
               strerror(-error));
        return error;
    }
    mixer->ext.poll_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (mixer->ext.poll_fd < 0 || inotify_add_watch(mixer->ext.poll_fd, mixer->path, IN_CLOSE_WRITE) < 0)
        return -errno;
    return 0;
}

SND_CTL_PLUGIN_DEFINE_FUNC(loa) {
    (void)root;
    const char *levels = NULL, *control = NULL;
    snd_config_iterator_t i, next;
    snd_config_for_each(i, next, conf) {
        snd_config_t *node = snd_config_iterator_entry(i);
        const char *id;
        if (snd_config_get_id(node, &id) < 0 || !strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint"))
            continue;
        const char **to = !strcmp(id, "levels") ? &levels : !strcmp(id, "control") ? &control : NULL;
        if (!to || snd_config_get_string(node, to) < 0) {
            SNDERR("%s: %s is no option, or no text; the options of a mixer are levels and control", name, id);
            return -EINVAL;
        }
    }
    if (!levels) {
        SNDERR("%s: levels is missing; give the path of a file for the mixer's volume and switch", name);
        return -EINVAL;
    }
    struct loa_mixer *mixer = calloc(1, sizeof *mixer);
    if (!mixer)
        return -ENOMEM;
    mixer->ext.poll_fd = mixer->control.notify = -1;
    mixer->path = strdup(levels);
    int error = mixer->path ? loa_control_open(&mixer->control, control, 0) : -ENOMEM;
    if (!error)
        error = fault(mixer);
    if (!error)
        error = open_levels(mixer);
    if (!error) {
        mixer->ext.version = SND_CTL_EXT_VERSION;
        strcpy(mixer->ext.id, "loa");
        strcpy(mixer->ext.driver, "loa");
        strcpy(mixer->ext.name, "virtual sound card");
        strcpy(mixer->ext.longname, "virtual sound card");
        strcpy(mixer->ext.mixername, "virtual sound card");
        mixer->ext.callback = &callbacks;
        mixer->ext.private_data = mixer;
        mixer->ext.tlv.p = decibels;
        error = snd_ctl_ext_create(&mixer->ext, name, mode);
    }
    if (error < 0) {
        free_mixer(mixer);
        return error;
    }
    *handlep = mixer->ext.handle;
    return 0;
}

SND_CTL_PLUGIN_SYMBOL(loa)
