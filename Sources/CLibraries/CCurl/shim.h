#pragma once
#include <curl/curl.h>

// Swift cannot call variadic functions: one setter for each type that an option or an answer takes.
// The names in parentheses are the functions, not the type-checking macros of the same name.

static inline CURLcode shim_curl_set_long(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode shim_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode shim_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode shim_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

/// `CURLOPT_WRITEFUNCTION`, `CURLOPT_HEADERFUNCTION` and `CURLOPT_READFUNCTION` share this shape.
typedef size_t (*shim_curl_data_function)(char *data, size_t size, size_t count, void *context);

static inline CURLcode shim_curl_set_data_function(CURL *handle, CURLoption option, shim_curl_data_function value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode shim_curl_set_progress_function(CURL *handle, curl_xferinfo_callback value) {
    return (curl_easy_setopt)(handle, CURLOPT_XFERINFOFUNCTION, value);
}

/// The URL that answered, after redirects; owned by the handle.
static inline const char *shim_curl_effective_url(CURL *handle) {
    char *url = NULL;
    return (curl_easy_getinfo)(handle, CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK ? url : NULL;
}
