// Metrics for a scraper.
#include <charconv>

#include "cli/options/option_values.h"
#include "cli/options/options.h"

namespace nmtx::option {
namespace {

Expected<void> take_listen(const std::string& text, Command& command) {
    const auto address = parse_listen_address(text);
    if (!address) return wrong_value("listen", "an IP address and a port, such as 127.0.0.1:9470", text);
    command.serve.listen = *address;
    return {};
}

Expected<void> take_web_config(const std::string& text, Command& command) {
    return word_of("web.config", text).map([&](std::string file) {
        command.serve.web_config = std::move(file);
    });
}

Expected<void> take_textfile(const std::string& text, Command& command) {
    return word_of("textfile", text).map([&](std::string folder) {
        command.serve.textfile = std::move(folder);
    });
}

Expected<void> take_otlp(const std::string& text, Command& command) {
    return word_of("otlp", text).map([&](std::string file) { command.serve.otlp = std::move(file); });
}

// "0.2", "1%"
Expected<void> take_cpu_budget(const std::string& text, Command& command) {
    constexpr double least = 0.01, most = 100;
    double percent = 0;
    const char* const behind = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), behind, percent);
    const bool whole = end == behind || (end + 1 == behind && *end == '%');
    if (error != std::errc{} || !whole || !(percent >= least && percent <= most))
        return wrong_value("cpu-budget", "a percentage of one core from 0.01 to 100", text);
    command.serve.cpu_budget_percent = percent;
    return {};
}

Expected<void> take_pid_label(const std::string& /*text*/, Command& command) {
    command.serve.pid_label = true;
    return {};
}

}  // namespace

std::vector<OptionEntry> serving() {
    return {
        {.name = "listen",
         .value = "IP:PORT",
         .text = "serve HTTP here (default: 127.0.0.1:9470)",
         .take = take_listen},
        {.name = "web.config",
         .value = "FILE",
         .text = "names the file of the bearer token",
         .take = take_web_config,
         .offer = Offer::files},
        {.name = "textfile",
         .value = "DIR",
         .text = "write DIR/nmtx.prom for node_exporter",
         .take = take_textfile,
         .offer = Offer::files},
        {.name = "otlp",
         .value = "FILE",
         .text = "append OTLP/JSON for an OpenTelemetry collector",
         .take = take_otlp,
         .offer = Offer::files},
        {.name = "cpu-budget",
         .value = "PERCENT",
         .text = "CPU for sampling, of one core (default: 0.2)",
         .take = take_cpu_budget},
        {.name = "pid-label", .text = "add a label with the PID", .take = take_pid_label},
    };
}

}  // namespace nmtx::option
