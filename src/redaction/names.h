// Replaces names by placeholders, the same name always by the same one. Pure, except that it remembers
// names.
//
//   /home/alice/acme/payments-core-1.4.jar     →  /home/nameA/nameB/nameC-core-1.4.jar
//   com.acme.payments.PaymentsService          →  com.nameB.nameC.nameCService
//   db-7.acme.internal:5432, 10.1.2.3          →  hostA:5432, ipA
//   alice@acme.com, 4f3a…-…-…, 123456789       →  mailA, idA, idB
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nmtx {

enum class Placeholder { name, host, ip, mail, id };
inline constexpr std::size_t placeholder_kinds = 5;
std::string_view name_of(Placeholder kind);  // "name", "host", …

// How many different ones were replaced, and how often.
struct RedactionCounts {
    std::array<std::size_t, placeholder_kinds> different{};
    std::size_t places = 0;
};

enum class Numbers { kept, long_ones_go };

// A name that is replaced even if it consists of public words: this host's name, the user's.
struct CertainName {
    Placeholder kind = Placeholder::name;
    std::string name;
};

class NameRedactor {
  public:
    explicit NameRedactor(const std::vector<CertainName>& certain = {});

    // Characters between names (blanks, slashes, quotes, control characters) stay. Numbers of more than five
    // digits are ids, unless they are to be kept: in sentences with figures. Addresses (0x…) stay.
    std::string redact(std::string_view text, Numbers numbers = Numbers::long_ones_go);

    [[nodiscard]] const RedactionCounts& counts() const { return counts_; }

  private:
    // How many bytes each took from the beginning of `rest`, where a word begins; 0: it does not apply.
    std::size_t certain(std::string_view rest, std::string& out);
    std::size_t mail(std::string_view rest, std::string& out);
    std::size_t ip(std::string_view rest, std::string& out);
    std::size_t id(std::string_view rest, std::string& out);
    std::size_t host(std::string_view rest, std::string& out);
    // The part after "://".
    std::size_t authority(std::string_view rest, std::string& out);
    void word(std::string_view token, Numbers numbers, std::string& out);
    void letters(std::string_view run, std::string& out);
    const std::string& placeholder(Placeholder kind, std::string_view name);

    std::vector<CertainName> certain_;  // in lower case, the longest first
    std::array<std::unordered_map<std::string, std::string>, placeholder_kinds> known_;
    RedactionCounts counts_;
};

}  // namespace nmtx
