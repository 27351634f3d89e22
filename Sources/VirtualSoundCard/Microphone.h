/// The card's other half: a microphone before its loudspeaker, for programs that listen to what they play.
#pragma once

#include "Options.h"

#include <alsa/asoundlib.h>

#pragma GCC visibility push(hidden)

/// Opens the card for capture. It hears what the card's recording holds, `microphone_delay` later, in one channel or more that are
/// all the same, and noise; when nothing plays, noise alone.
int loa_microphone_open(
    snd_pcm_t **pcm, const char *name, const struct loa_options *options, snd_pcm_stream_t stream, int mode);

#pragma GCC visibility pop
