// `nmtx serve`
#include "cli/usage.h"
#include "cli/verbs/option_sets.h"
#include "cli/verbs/verbs.h"

namespace nmtx::verb {
namespace {

Expected<void> check_serve(const Command& command) {
    const ServeCommand& serve = command.serve;
    if (command.nmt_file)
        return usage("--nmt FILE is one snapshot, 'nmtx serve' takes many", "leave it out, or --nmt off");
    if (command.has("every") &&
        (command.record.every < std::chrono::seconds(1) || command.record.every > std::chrono::hours(24)))
        return usage("--every is from 1s to 1d for 'nmtx serve'");
    if (!serve.web_config.empty() && !serve.serves_http())
        return usage("--web.config is for HTTP", "add --listen IP:PORT, or leave it out");
    if (serve.serves_http() && !serve.listen_address().is_loopback() && serve.web_config.empty())
        return usage("other hosts could read the metrics there without a password",
                     "add --web.config FILE, or listen on 127.0.0.1");
    return check_evidence(command);
}

}  // namespace

VerbEntry serve() {
    VerbEntry entry{.verb = Verb::serve, .name = "serve"};
    entry.group = VerbGroup::grow;
    entry.summary = "Metrics of every JVM of this host, for Prometheus";
    entry.options = joined({{{"listen"},
                             {"web.config"},
                             {"textfile"},
                             {"otlp"},
                             {"record", "also keep every sample in this recording"},
                             {"cpu-budget"},
                             {"every", "time between samples of a JVM (default: 15s)"},
                             {"walk-every"},
                             {"pid-label"},
                             {"malloc"},
                             {"malloc-limit"}},
                            option_set::evidence(),
                            option_set::asking(),
                            {{"quiet", "do not print where it listens"}}});
    entry.details =
        "A scrape prints the last figures with their age, it never asks a JVM. With --textfile or "
        "--otlp and without --listen there is no HTTP. An address other than loopback needs --web.config; "
        "its only line is bearer_token_file: PATH.";
    entry.examples = {{"nmtx serve", "on loopback, port 9470"},
                      {"nmtx serve --textfile /var/lib/node_exporter", "no port"},
                      {"nmtx serve --listen 0.0.0.0:9470 --web.config w.yml", "with a token"}};
    entry.check = check_serve;
    return entry;
}

}  // namespace nmtx::verb
