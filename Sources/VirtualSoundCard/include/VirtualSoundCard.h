/// A sound card without hardware: an ALSA external I/O plugin that any program opens by its name.
///
/// The product is `libasound_module_pcm_loa.so`; libasound loads it because an asoundrc says `type loa`. Nothing links against
/// it, so this header declares only the words that an asoundrc, a control file and a segments file are written in. The guide
/// is `docs/virtual-sound-card.md`.
#pragma once

/// Control file: the card is gone. Every handle that was open stays dead with ENODEV, and no new one can be opened.
#define LOA_CONTROL_LOST "lost"
/// Control file: the card is there. It can be opened again.
#define LOA_CONTROL_PRESENT "present"
/// Control file: followed by a number, how often the card has been pulled and put back at once since the file was new. Each
/// time that the number grows, every handle that was open is lost as by "lost", and the card can be opened again.
#define LOA_CONTROL_REPLUG "replug"
/// Control file: the card says that it plays, and does not move.
#define LOA_CONTROL_STUCK "stuck"
/// Control file: followed by a number, how often the card has been made to run dry since the file was new. Each time that the
/// number grows, the card does it as many times more, once for each start.
#define LOA_CONTROL_XRUN "xrun"
/// Control file: the same for a suspended machine.
#define LOA_CONTROL_SUSPEND "suspend"
/// Control file: followed by a number, how many parts per million the card's clock is fast.
#define LOA_CONTROL_PPM "ppm"

/// Added to the path of the recording, it is the path of its segments file.
#define LOA_SEGMENTS_SUFFIX ".segments"

/// Why a segment ended, as its line in the segments file says.
#define LOA_ENDED_PLAYING "playing"  ///< It has not ended: the program plays.
#define LOA_ENDED_XRUN "xrun"        ///< The program did not write in time.
#define LOA_ENDED_DROP "drop"        ///< The program stopped it.
#define LOA_ENDED_DRAIN "drain"      ///< All that was written was heard.
#define LOA_ENDED_PAUSE "pause"      ///< The program paused it.
#define LOA_ENDED_SUSPEND "suspend"  ///< The control file suspended the machine.
#define LOA_ENDED_STUCK "stuck"      ///< The control file made the clock stand still.
#define LOA_ENDED_LOST "lost"        ///< The control file took the card away.
#define LOA_ENDED_CLOSED "closed"    ///< The program closed the card while it played.
#define LOA_ENDED_KILLED "killed"    ///< The program ended without closing the card.
#define LOA_ENDED_PPM "ppm"          ///< The clock's speed was changed; the next segment follows without a gap.
#define LOA_ENDED_FULL "full"        ///< The file reached its limit; the next segment follows without a gap in a new file.
