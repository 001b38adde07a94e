// `nmtx serve`
#include <unistd.h>

#include <cstdio>

#include "platform/program/evidence.h"
#include "platform/program/run.h"
#include "platform/serve/serve.h"
#include "platform/serve/web_config.h"

namespace nmtx {
namespace {

ServeOptions serve_options(const Command& command) {
    ServeOptions options;
    if (command.serve.serves_http()) {
        const ListenAddress address = command.serve.listen_address();
        options.address = address.ip;
        options.port = address.port;
    }
    options.textfile = command.serve.textfile;
    options.otlp = command.serve.otlp;
    options.record = command.history;
    if (command.has("every")) options.every = command.record.every;
    options.budget = command.serve.cpu_budget_percent / 100;
    options.pid_label = command.serve.pid_label;
    options.sampler = sampler_options(command);
    options.version = NMTX_VERSION;
    options.announce = !command.quiet;
    options.say = [](const std::string& line) { std::fputs(("nmtx: " + line + "\n").c_str(), stderr); };
    return options;
}

}  // namespace

Expected<int> run_serve(const Command& command) {
    ServeOptions options = serve_options(command);
    if (!command.serve.web_config.empty()) {
        auto token = read_token(command.serve.web_config);
        if (!token) return tl::make_unexpected(token.error());
        options.token = std::move(*token);
    }
    const auto evidence = evidence_watch(command, options.say);
    if (!evidence) return tl::make_unexpected(evidence.error());
    keep_samples_for(evidence->get(), options.sampler);
    const auto stuck = serve(options);
    const bool evidence_stuck = *evidence && !(*evidence)->finish();
    if (!stuck) return tl::make_unexpected(stuck.error());
    if (!*stuck && !evidence_stuck) return 0;
    std::fflush(stderr);
    ::_exit(0);
}

}  // namespace nmtx
