import CALSA
import Glibc

extension PCMDevice {
    /// Agrees on rate, format, channels and buffer, in that order of stubbornness.
    static func negotiate(
        _ handle: OpaquePointer, wish: PCMWish, duration: Double, period periodDuration: Double? = nil
    ) throws(PCMError) -> PCMParameters {
        var hardware: OpaquePointer?
        unsafe snd_pcm_hw_params_malloc(&hardware)
        guard let hardware = unsafe hardware else { throw PCMError("get memory", status: -ENOMEM) }
        defer { unsafe snd_pcm_hw_params_free(hardware) }
        unsafe try check("ask what the device can", snd_pcm_hw_params_any(handle, hardware))
        // The voices are resampled by us, better than ALSA does it.
        unsafe snd_pcm_hw_params_set_rate_resample(handle, hardware, 0)
        unsafe try check(
            "agree on interleaved samples",
            snd_pcm_hw_params_set_access(handle, hardware, SND_PCM_ACCESS_RW_INTERLEAVED))
        guard
            let format = PCMFormat.allCases.first(where: {
                unsafe snd_pcm_hw_params_test_format(handle, hardware, $0.alsa) == 0
            })
        else { throw PCMError("agree on a sample format", status: -EINVAL) }
        unsafe try check("agree on \(format.name)", snd_pcm_hw_params_set_format(handle, hardware, format.alsa))
        var channels = UInt32(wish.channels)
        unsafe try check(
            "agree on channels", snd_pcm_hw_params_set_channels_near(handle, hardware, &channels))
        guard channels == 1 || channels == 2 else { throw PCMError("agree on one channel or two", status: -EINVAL) }
        var rate = UInt32(wish.rate)
        unsafe try check("agree on a rate", snd_pcm_hw_params_set_rate_near(handle, hardware, &rate, nil))
        var buffer = snd_pcm_uframes_t(min(duration * Double(rate), Double(wish.maximumBufferFrames)))
        var maximum = snd_pcm_uframes_t(wish.maximumBufferFrames)
        unsafe snd_pcm_hw_params_set_buffer_size_max(handle, hardware, &maximum)
        unsafe try check("agree on a buffer", snd_pcm_hw_params_set_buffer_size_near(handle, hardware, &buffer))
        var period = max(buffer / 4, 1)
        if let periodDuration { period = min(period, max(snd_pcm_uframes_t(periodDuration * Double(rate)), 1)) }
        unsafe try check(
            "agree on a period", snd_pcm_hw_params_set_period_size_near(handle, hardware, &period, nil))
        unsafe try check("set what was agreed", snd_pcm_hw_params(handle, hardware))
        unsafe snd_pcm_hw_params_get_buffer_size(hardware, &buffer)
        unsafe snd_pcm_hw_params_get_period_size(hardware, &period, nil)
        guard buffer <= snd_pcm_uframes_t(wish.maximumBufferFrames), buffer > 0, period > 0 else {
            throw PCMError("agree on a buffer of at most \(wish.maximumBufferFrames) frames", status: -EINVAL)
        }
        let isTimestamped = unsafe try schedule(
            handle, buffer: buffer, period: period, rate: snd_pcm_uframes_t(rate))
        return PCMParameters(
            rate: Int(rate), format: format, channels: Int(channels), bufferFrames: Int(buffer),
            periodFrames: Int(period), isBatch: unsafe snd_pcm_hw_params_is_batch(hardware) == 1,
            isTimestamped: isTimestamped, canRewind: false)
    }

    /// Sets when the device starts, stops and wakes its owner. Returns whether it stamps its positions with monotonic time.
    private static func schedule(
        _ handle: OpaquePointer, buffer: snd_pcm_uframes_t, period: snd_pcm_uframes_t, rate: snd_pcm_uframes_t
    ) throws(PCMError) -> Bool {
        var software: OpaquePointer?
        unsafe snd_pcm_sw_params_malloc(&software)
        guard let software = unsafe software else { throw PCMError("get memory", status: -ENOMEM) }
        defer { unsafe snd_pcm_sw_params_free(software) }
        unsafe try check("ask how the device is run", snd_pcm_sw_params_current(handle, software))
        var boundary: snd_pcm_uframes_t = 0
        unsafe snd_pcm_sw_params_get_boundary(software, &boundary)
        unsafe try check(
            "have the device start on command", snd_pcm_sw_params_set_start_threshold(handle, software, boundary))
        unsafe try check(
            "have the device stop when dry", snd_pcm_sw_params_set_stop_threshold(handle, software, buffer))
        // Wake when one period and a half are left, and three eighths of the buffer: as seldom as is safe. But ten milliseconds should be left
        // at the period's end at which it wakes us, if the buffer has them: on a busy machine a thread may come so late.
        let left = min(max(period + period / 2, buffer / 8 * 3, period + rate / 100), buffer - min(period, buffer - 1))
        unsafe try check(
            "have the device wake us", snd_pcm_sw_params_set_avail_min(handle, software, max(buffer - left, 1)))
        let isTimestamped =
            unsafe snd_pcm_sw_params_set_tstamp_mode(handle, software, SND_PCM_TSTAMP_ENABLE) >= 0
            && snd_pcm_sw_params_set_tstamp_type(handle, software, SND_PCM_TSTAMP_TYPE_MONOTONIC) >= 0
        unsafe try check("set how the device is run", snd_pcm_sw_params(handle, software))
        return isTimestamped
    }

    /// Tries whether the device takes back what was written, silently: it has not been started.
    static func probeRewind(_ handle: OpaquePointer, _ agreed: PCMParameters) throws(PCMError) -> Bool {
        let frames = agreed.periodFrames
        let silence = UnsafeMutableRawPointer.allocate(
            byteCount: frames * agreed.channels * agreed.format.bytes, alignment: 16)
        defer { unsafe silence.deallocate() }
        unsafe memset(silence, 0, frames * agreed.channels * agreed.format.bytes)
        unsafe try check("prepare the device", snd_pcm_prepare(handle))
        let written = unsafe snd_pcm_writei(handle, silence, snd_pcm_uframes_t(frames))
        unsafe snd_pcm_avail(handle)
        let taken = written > 0 ? unsafe snd_pcm_rewind(handle, snd_pcm_uframes_t(written)) : 0
        unsafe snd_pcm_drop(handle)
        unsafe try check("prepare the device", snd_pcm_prepare(handle))
        return written > 0 && taken == written
    }

    private static func check(_ step: @autoclosure () -> String, _ status: CInt) throws(PCMError) {
        guard status >= 0 else { throw PCMError(step(), status: status) }
    }
}
