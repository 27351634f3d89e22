import CMosquitto
import Glibc

extension BrokerConnection {
    /// Lets the library tell the report. Each callback only decodes.
    static func setCallbacks(_ handle: OpaquePointer) {
        unsafe mosquitto_connect_v5_callback_set(handle) { _, context, code, flags, properties in
            guard let report = unsafe reportOf(context) else { return }
            var keepAlive: UInt16 = 0
            let found = unsafe mosquitto_property_read_int16(
                properties, CInt(MQTT_PROP_SERVER_KEEP_ALIVE.rawValue), &keepAlive, false)
            var retains: UInt8 = 1
            unsafe mosquitto_property_read_byte(
                properties, CInt(MQTT_PROP_RETAIN_AVAILABLE.rawValue), &retains, false)
            report.welcome = ConnectionReport.Welcome(
                code: Int(code), sessionPresent: flags & 1 != 0, keepAlive: unsafe found == nil ? nil : keepAlive,
                retainsMessages: retains != 0)
        }
        unsafe mosquitto_disconnect_v5_callback_set(handle) { _, context, code, _ in
            unsafe reportOf(context)?.ending = code
        }
        unsafe mosquitto_publish_v5_callback_set(handle) { _, context, identifier, code, _ in
            unsafe reportOf(context)?.acknowledged.append((identifier, code))
        }
        unsafe mosquitto_subscribe_v5_callback_set(handle) { _, context, identifier, count, codes, _ in
            let codes = unsafe UnsafeBufferPointer(start: codes, count: Int(count))
            unsafe reportOf(context)?.subscribed.append((identifier, Array(codes)))
        }
        unsafe mosquitto_message_v5_callback_set(handle) { _, context, message, properties in
            guard let report = unsafe reportOf(context), let message = unsafe message?.pointee else { return }
            if unsafe message.qos > 0 { report.hasAnswered = true }
            let count = Int(unsafe message.payloadlen)
            guard count <= report.maximumPayload,
                let topic = unsafe String(validatingCString: message.topic), Topic.isPublishable(topic)
            else {
                report.dropped += 1
                return
            }
            let payload = unsafe [UInt8](UnsafeRawBufferPointer(start: message.payload, count: count))
            unsafe report.messages.append(
                Message(
                    topic: topic, payload: payload,
                    qos: message.qos == 0 ? .atMostOnce : .atLeastOnce, retain: message.retain,
                    contentType: contentType(properties), expiry: expiry(properties)))
        }
        unsafe mosquitto_log_callback_set(handle) { _, context, level, text in
            guard let report = unsafe reportOf(context), let text = unsafe text else { return }
            if level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING) != 0 {
                unsafe report.complaint = String(cString: text)
            } else if level == MOSQ_LOG_DEBUG, let words = unsafe strstr(text, " received ") {
                // "Client node received PUBLISH (d0, q1, …": only the log tells of each whole packet, answers to pings too.
                report.hasWholePacket = true
                if unsafe strncmp(words, " received PUBLISH (d", 20) == 0, unsafe strncmp(words + 21, ", q2", 4) == 0 {
                    report.hasUnaskedQuality = true
                }
            }
        }
    }
}

private func reportOf(_ context: UnsafeMutableRawPointer?) -> ConnectionReport? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<ConnectionReport>.fromOpaque(context).takeUnretainedValue()
}

private func contentType(_ properties: OpaquePointer?) -> String? {
    var text: UnsafeMutablePointer<CChar>?
    let found = unsafe mosquitto_property_read_string(
        properties, CInt(MQTT_PROP_CONTENT_TYPE.rawValue), &text, false)
    defer { unsafe free(text) }
    guard unsafe found != nil, let text = unsafe text else { return nil }
    return unsafe String(validatingCString: text)
}

private func expiry(_ properties: OpaquePointer?) -> UInt32? {
    var seconds: UInt32 = 0
    let found = unsafe mosquitto_property_read_int32(
        properties, CInt(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), &seconds, false)
    return unsafe found == nil ? nil : seconds
}
