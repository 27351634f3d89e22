/* support/resample.c: one resampler, one pair of rates, for Benchmarks/resamplers.
 *
 * resample LIBRARY FROM TO <in.f32 >out.f32     converts mono floats from standard input
 * resample --cost LIBRARY FROM TO SECONDS       converts stereo noise in chunks as the node does; says CPU-seconds per audio-second
 *
 * Each library at the setting that a broadcaster would choose: libsoxr HQ, libsamplerate medium and best sinc, syn123's only one.
 */
#include <samplerate.h>
#include <soxr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syn123.h>
#include <time.h>

enum { chunk = 4608 };

struct resampler {
    soxr_t soxr;
    SRC_STATE *samplerate;
    syn123_handle *syn123;
    double ratio;
    int channels;
};

static void fail(const char *words) {
    fprintf(stderr, "resample: %s\n", words);
    exit(1);
}

static struct resampler begin(const char *library, double from, double to, int channels) {
    struct resampler r = {.ratio = to / from, .channels = channels};
    int status = 0;
    if (!strncmp(library, "soxr", 4)) {
        soxr_error_t error = NULL;
        soxr_quality_spec_t quality = soxr_quality_spec(!strcmp(library, "soxr-vhq") ? SOXR_VHQ : SOXR_HQ, 0);
        soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        r.soxr = soxr_create(from, to, channels, &error, &io, &quality, NULL);
        if (!r.soxr) fail("no soxr");
    } else if (!strncmp(library, "samplerate", 10)) {
        int kind = !strcmp(library, "samplerate-best") ? SRC_SINC_BEST_QUALITY : SRC_SINC_MEDIUM_QUALITY;
        r.samplerate = src_new(kind, channels, &status);
        if (!r.samplerate) fail("no libsamplerate");
    } else if (!strcmp(library, "syn123")) {
        r.syn123 = syn123_new((long)to, channels, MPG123_ENC_FLOAT_32, 0, &status);
        if (!r.syn123) fail("no syn123");
        if (syn123_setup_resample(r.syn123, (long)from, (long)to, channels, 0, 0)) fail("syn123 refuses the rates");
    } else {
        fail("which library?");
    }
    return r;
}

/* Converts `frames`; returns how many frames came out. */
static size_t step(struct resampler *r, float *in, size_t frames, float *out, size_t room, int last) {
    if (r->soxr) {
        size_t used = 0, made = 0, total = 0;
        if (frames && soxr_process(r->soxr, in, frames, &used, out, room, &made)) fail("soxr");
        if (used < frames) fail("soxr took too little");
        total = made;
        while (last) {
            if (soxr_process(r->soxr, NULL, 0, NULL, out + total * r->channels, room - total, &made)) fail("soxr");
            if (!made) break;
            total += made;
        }
        return total;
    }
    if (r->samplerate) {
        SRC_DATA data = {.data_in = in, .data_out = out, .input_frames = (long)frames, .output_frames = (long)room,
                         .end_of_input = last, .src_ratio = r->ratio};
        if (src_process(r->samplerate, &data)) fail("libsamplerate");
        return (size_t)data.output_frames_gen;
    }
    return syn123_resample(r->syn123, out, in, frames);
}

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int count, char **words) {
    if (count == 6 && !strcmp(words[1], "--cost")) {
        double from = atof(words[3]), to = atof(words[4]), seconds = atof(words[5]);
        struct resampler r = begin(words[2], from, to, 2);
        float *in = malloc(sizeof(float) * 2 * chunk), *out = malloc(sizeof(float) * 2 * (chunk * 8 + 4096));
        for (int i = 0; i < 2 * chunk; i++) in[i] = (float)rand() / (float)RAND_MAX - 0.5f;
        double begun = cpu();
        for (double done = 0; done < seconds * from; done += chunk) step(&r, in, chunk, out, chunk * 8 + 4096, 0);
        printf("%.6f\n", (cpu() - begun) / seconds);
        return 0;
    }
    if (count != 4) fail("LIBRARY FROM TO, or --cost LIBRARY FROM TO SECONDS");
    struct resampler r = begin(words[1], atof(words[2]), atof(words[3]), 1);
    size_t capacity = 1 << 24, frames = 0, made = 0, room = capacity * 4;
    float *in = malloc(sizeof(float) * capacity), *out = malloc(sizeof(float) * room);
    frames = fread(in, sizeof(float), capacity, stdin);
    for (size_t at = 0; at < frames; at += chunk) {
        size_t part = frames - at < chunk ? frames - at : chunk;
        made += step(&r, in + at, part, out + made, room - made, at + part == frames);
    }
    fwrite(out, sizeof(float), made, stdout);
    return 0;
}
