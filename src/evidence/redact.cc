#include "evidence/redact.h"

#include <algorithm>
#include <array>

namespace nmtx {
namespace {

constexpr auto npos = std::string_view::npos;

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// What a byte is, by table: all of hsperfdata and of every reply is looked through.
struct ByteKinds {
    std::array<bool, 256> name{}, ends_string{}, ends_joined_word{};
    constexpr ByteKinds() {
        for (std::size_t i = 0; i < 256; ++i) {
            const char c = static_cast<char>(i);
            const char l = lower(c);
            name[i] = (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
            ends_string[i] = c == '\0';
            ends_joined_word[i] = c == '\0' || c == ' ' || c == '\n' || c == '\r';
        }
    }
};
constexpr ByteKinds kinds;

bool is_name_byte(char c) {
    return kinds.name[static_cast<unsigned char>(c)];
}

bool speaks_of_secrets(std::string_view name) {
    constexpr std::array<std::string_view, 13> words{
        "password", "passwd",  "pwd",     "passphrase", "secret",    "token",      "credential",
        "apikey",   "api_key", "api-key", "access_key", "accesskey", "private_key"};
    std::string folded(name);
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    const std::string_view low = folded;
    if (low.ends_with("key") || low.ends_with("pass")) return true;
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return low.find(word) != npos; });
}

// The words of a text, each with the secrets that it may hold. A text is NUL-separated (a value may hold
// blanks and ends with its word), or joined by blanks: then a value may have had blanks too, and goes on
// until the next word that begins with '-', or the end of its line.
class Redactor {
  public:
    Redactor(std::string& text, bool joined)
        : text_(text),
          view_(text),
          joined_(joined),
          word_ends_(joined ? kinds.ends_joined_word : kinds.ends_string) {}

    std::size_t run() {
        while (at_ < view_.size()) {
            if (ends_word(view_[at_])) {
                // A line and a string end here: what comes next is no value of the option before.
                if (joined_ && view_[at_] != ' ') value_follows_ = false;
                ++at_;
                continue;
            }
            std::size_t end = at_;
            while (end < view_.size() && !ends_word(view_[end])) ++end;
            at_ = word(at_, end);
        }
        return count_;
    }

  private:
    [[nodiscard]] bool ends_word(char c) const { return word_ends_[static_cast<unsigned char>(c)]; }

    // Where a value that begins in a word ending at `end` ends.
    [[nodiscard]] std::size_t value_end(std::size_t begin, std::size_t end) const {
        if (!joined_) return end;
        end = begin;
        while (end < view_.size() && view_[end] != '\0' && view_[end] != '\n' && view_[end] != '\r') {
            if (view_[end] == '-' && end > 0 && view_[end - 1] == ' ') break;
            ++end;
        }
        while (end > begin && view_[end - 1] == ' ') --end;
        return end;
    }

    void mask(std::size_t begin, std::size_t end) {
        while (begin < end && view_[begin] == ' ') ++begin;
        if (begin >= end || view_.substr(begin, end - begin).find_first_not_of('*') == npos) return;
        std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                  text_.begin() + static_cast<std::ptrdiff_t>(end), '*');
        ++count_;
    }

    // Returns where to go on.
    std::size_t word(std::size_t begin, std::size_t end) {
        const std::string_view whole = view_.substr(begin, end - begin);
        const bool is_secret_option = names_secret(whole);
        const bool is_vm_flag = whole.starts_with("-XX:");
        if (value_follows_ && !is_secret_option && !is_vm_flag) {
            value_follows_ = false;
            const std::size_t last = whole.front() == '-' ? end : value_end(begin, end);
            mask(begin, last);
            return std::max(last, end);
        }
        value_follows_ = is_secret_option;
        const std::size_t assigned = is_vm_flag ? end : assignments(begin, end);
        if (assigned > end) return assigned;
        userinfo(begin, end);
        return end;
    }

    // "--password", "-token": the next word is the value. Not "-javaagent:token.jar", nor "-Dpassword", which
    // has none.
    [[nodiscard]] static bool names_secret(std::string_view whole) {
        if (!whole.starts_with('-') || whole.starts_with("-D") || whole.starts_with("-X")) return false;
        return std::all_of(whole.begin(), whole.end(), is_name_byte) && speaks_of_secrets(whole);
    }

    // Every "name=value" of the word, and "\"name\":value" of JSON. Returns where the last value ends, at
    // most `end` where none left the word.
    std::size_t assignments(std::size_t begin, std::size_t end) {
        // Most words assign nothing, and a look for the signs is much faster than the walk below.
        const std::string_view whole = view_.substr(begin, end - begin);
        if (whole.find_first_of("=\"'") == npos) return end;
        std::size_t name_begin = begin;
        for (std::size_t i = begin; i < end; ++i) {
            if (is_name_byte(view_[i])) continue;
            std::size_t sign = i;
            const bool quoted = view_[i] == '"' || view_[i] == '\'';
            if (quoted) ++sign;
            while (quoted && sign < view_.size() && view_[sign] == ' ') ++sign;
            const bool assigns =
                sign < view_.size() && (view_[sign] == '=' || (quoted && view_[sign] == ':'));
            if (!assigns || !speaks_of_secrets(view_.substr(name_begin, i - name_begin))) {
                name_begin = i + 1;
                continue;
            }
            const std::size_t value = sign + 1;
            const char before = name_begin > begin ? view_[name_begin - 1] : ' ';
            if (before == '?' || before == '&') {
                // A parameter of a URL: what comes behind '&' is another one.
                const std::size_t last = std::min(view_.substr(0, end).find_first_of("&#", value), end);
                mask(value, last);
                i = last;
                name_begin = std::min(last + 1, end);
                continue;
            }
            const std::size_t last = value_end(value, end);
            mask(value, last);
            return std::max(last, end);
        }
        return end;
    }

    // scheme://user:PASSWORD@host, also where the password holds a '/', and
    // jdbc:oracle:thin:user/PASSWORD@host.
    void userinfo(std::size_t begin, std::size_t end) {
        const std::string_view whole = view_.substr(begin, end - begin);
        const std::size_t last_at = whole.rfind('@');
        if (last_at == npos) return;
        std::size_t from = 0;
        for (std::size_t i = whole.find("://"); i != npos; i = whole.find("://", from)) {
            from = i + 3;
            const std::string_view authority = whole.substr(from, whole.find_first_of("/?#", from) - from);
            const std::size_t colon = authority.find(':');
            if (colon == npos) continue;
            const std::size_t at = authority.rfind('@');
            if (at != npos && at > colon) {
                mask(begin + from + colon + 1, begin + from + at);
                from += at;
                continue;
            }
            const bool port = authority.substr(colon + 1).find_first_not_of("0123456789") == npos;
            if (port || last_at < from + colon) continue;
            mask(begin + from + colon + 1, begin + last_at);
            return;
        }
        constexpr std::string_view oracle = "jdbc:oracle:";
        const std::size_t jdbc = whole.find(oracle);
        if (jdbc == npos) return;
        const std::size_t slash = whole.find('/', jdbc);
        const std::size_t at = slash == npos ? npos : whole.find('@', slash);
        if (at != npos) mask(begin + slash + 1, begin + at);
    }

    std::string& text_;
    std::string_view view_;  // of text_, whose length never changes
    bool joined_;
    const std::array<bool, 256>& word_ends_;
    std::size_t at_ = 0;
    std::size_t count_ = 0;
    bool value_follows_ = false;
};

// The values of the section, whose end is a line that no JDK lacks there. A value may hold newlines: a line
// without '=' goes on with the value before, and is masked as a whole.
std::size_t redact_environment(std::string& text) {
    constexpr std::string_view heading = "Environment Variables:";
    std::size_t count = 0;
    bool inside = false;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = std::string_view(text).substr(at, end - at);
        if (inside) {
            const bool over = line.starts_with("Active Locale:") || line.starts_with("Signal Handlers:") ||
                              line.starts_with("Native Memory Tracking:") ||
                              line.starts_with("---------------");
            if (over) inside = false;
        }
        if (inside) {
            const std::size_t sign = line.find('=');
            const std::size_t value = sign == npos ? 0 : sign + 1;
            const std::size_t length = line.ends_with('\r') ? line.size() - 1 : line.size();
            if (value < length) {
                std::fill(text.begin() + static_cast<std::ptrdiff_t>(at + value),
                          text.begin() + static_cast<std::ptrdiff_t>(at + length), '*');
                ++count;
            }
        }
        if (line.starts_with(heading)) inside = true;
        at = end + 1;
    }
    return count;
}

}  // namespace

std::size_t redact_options(std::string& text, std::string_view separators) {
    std::size_t count = 0;
    const bool joined = separators.find(' ') != npos;
    if (!joined) count += Redactor(text, false).run();
    // A word of a NUL-separated text may be a command line itself (-XX:OnError=…, "sh -c"), hence a second
    // look into the words.
    return count + Redactor(text, true).run();
}

std::size_t redact_reply(std::string& text) {
    const std::size_t count = redact_environment(text);
    return count + Redactor(text, true).run();
}

}  // namespace nmtx
