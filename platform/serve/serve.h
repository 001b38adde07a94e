// `nmtx serve`: samples the JVMs of this host within a budget, and gives out the last figures.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "platform/sampling/sampler.h"

namespace nmtx {

struct ServeOptions {
    std::string address;  // for HTTP; empty: none
    std::uint16_t port = 0;
    std::string token;     // what clients must show; empty: nothing
    std::string textfile;  // directory of node_exporter's textfile collector; empty: none
    std::string otlp;      // a file for an OpenTelemetry collector; empty: none
    std::string record;    // a file, or a directory for serve.db; empty: none
    // A JVM is sampled at most so often; the files are written so often.
    std::chrono::milliseconds every{15000};
    double budget = 0.002;  // of one core, for all JVMs together
    bool pid_label = false;
    SamplerOptions sampler;  // without a pid
    std::string version;
    bool announce = true;                         // say where it listens
    std::function<void(const std::string&)> say;  // one line for the user, at once
};

// True: a thread is stuck in the kernel, so the process must end with _exit(). Fails where it cannot begin.
// SIGINT, SIGTERM and SIGHUP end it.
Expected<bool> serve(const ServeOptions& options);

}  // namespace nmtx
