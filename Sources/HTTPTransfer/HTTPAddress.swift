internal import CCurl

/// A URL as RFC 3986 takes it apart.
public enum HTTPAddress {
    /// What `reference`, found in the document at `base`, points to; nil where that is no `http` or `https` URL.
    public static func resolve(_ reference: String, against base: String) -> String? {
        guard !reference.utf8.contains(0), !base.utf8.contains(0), let url = unsafe curl_url() else { return nil }
        defer { unsafe curl_url_cleanup(url) }
        guard unsafe curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK,
            unsafe curl_url_set(url, CURLUPART_URL, reference, UInt32(CURLU_URLENCODE)) == CURLUE_OK
        else { return nil }
        var words: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, CURLUPART_URL, &words, 0) == CURLUE_OK, let words = unsafe words else {
            return nil
        }
        defer { unsafe curl_free(words) }
        let whole = unsafe String(cString: words)
        let scheme = whole.lowercased()
        return scheme.hasPrefix("http://") || scheme.hasPrefix("https://") ? whole : nil
    }
}
