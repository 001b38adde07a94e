#include "cli/conditions.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "cli/usage.h"
#include "cli/values.h"

namespace nmtx {
namespace {

constexpr std::string_view known_conditions =
    "'usage 90%', 'rss 2g', 'growth 200m/10m', 'growth malloc 200m/10m', 'term' or 'end'";

tl::unexpected<Error> no_condition(std::string_view text) {
    return usage(fmt::format("--when takes {}, not '{}'", known_conditions, text));
}

std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// "90%", "87.5"
Expected<void> take_percent(std::string_view figure, Condition& condition) {
    constexpr double least = 1, most = 100;
    if (figure.ends_with('%')) figure.remove_suffix(1);
    const char* const behind = figure.data() + figure.size();
    const auto [end, error] = std::from_chars(figure.data(), behind, condition.percent);
    if (error == std::errc{} && end == behind && condition.percent >= least && condition.percent <= most)
        return {};
    return usage(fmt::format("--when usage takes a percentage from 1 to 100, not '{}'", figure),
                 "--when 'usage 90%'");
}

Expected<void> take_amount(std::string_view figure, Condition& condition, std::string_view example) {
    const auto amount = parse_size(figure);
    if (!amount || amount->value() == 0)
        return usage(fmt::format("--when {} takes a size such as 512m or 2g, not '{}'",
                                 word_of(condition.kind), figure),
                     fmt::format("--when '{}'", example));
    condition.amount = *amount;
    return {};
}

// "200m/10m", "malloc 200m/10m", "jvm/java heap 1g/1h"
Expected<void> take_growth(std::string_view rest, Condition& condition) {
    constexpr std::string_view example = "growth 200m/10m";
    const std::size_t blank = rest.rfind(' ');
    const std::string_view rate = blank == std::string_view::npos ? rest : rest.substr(blank + 1);
    if (blank != std::string_view::npos) condition.owner = without_blanks(rest.substr(0, blank));
    const std::size_t slash = rate.find('/');
    const auto within =
        slash == std::string_view::npos ? std::nullopt : parse_duration(rate.substr(slash + 1));
    if (!within || within->count() == 0)
        return usage(fmt::format("--when growth takes SIZE/TIME, not '{}'", rate),
                     fmt::format("--when '{}'", example));
    condition.within = *within;
    return take_amount(rate.substr(0, slash), condition, example);
}

Expected<void> take_rest(std::string_view rest, Condition& condition) {
    switch (condition.kind) {
        case ConditionKind::usage:
            return take_percent(rest, condition);
        case ConditionKind::rss:
            return take_amount(rest, condition, "rss 2g");
        case ConditionKind::growth:
            return take_growth(rest, condition);
        default:
            if (rest.empty()) return {};
            return usage(fmt::format("--when {0} takes no figure, not '{1}'", word_of(condition.kind), rest),
                         fmt::format("--when {}", word_of(condition.kind)));
    }
}

}  // namespace

Expected<Condition> parse_condition(const std::string& text) {
    const std::string_view words = without_blanks(text);
    const std::string_view first = words.substr(0, words.find(' '));
    for (const ConditionKind kind : {ConditionKind::usage, ConditionKind::rss, ConditionKind::growth,
                                     ConditionKind::terminated, ConditionKind::ended}) {
        if (word_of(kind) != first) continue;
        Condition condition;
        condition.kind = kind;
        condition.text = words;
        if (auto taken = take_rest(without_blanks(words.substr(first.size())), condition); !taken)
            return tl::make_unexpected(taken.error());
        return condition;
    }
    return no_condition(text);
}

}  // namespace nmtx
