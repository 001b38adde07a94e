// A page in the browser that all tests share: to start one takes longer than a test.
#pragma once

#include <string>

#include "browser/browser.h"
#include "catch.h"

namespace nmtx::test {

inline Browser& browser() {
    static Browser one(chromium_program());
    return one;
}

// Opens the page and hands over the browser.
class OpenPage {
  public:
    explicit OpenPage(const std::string& html, int width = 1280, const std::string& hash = {}) {
        write_text(directory_ / "page.html", html);
        browser().prefer("light");
        browser().resize(width, 900);
        browser().open((directory_ / "page.html") + hash);
    }
    Browser* operator->() const { return &browser(); }
    [[nodiscard]] std::uint64_t number(const std::string& expression) const {
        return browser().evaluate(expression).get<std::uint64_t>();
    }
    [[nodiscard]] bool holds(const std::string& expression) const {
        return browser().evaluate(expression).get<bool>();
    }
    [[nodiscard]] std::string text(const std::string& expression) const {
        return browser().evaluate(expression).get<std::string>();
    }
    // A list of sentences about what is wrong.
    void finds_nothing(const std::string& function) const {
        for (const nlohmann::json& found : browser().evaluate(function)) FAIL_CHECK(found.dump());
    }
    void is_quiet() const {
        for (const std::string& complaint : browser().complaints()) FAIL_CHECK(complaint);
        for (const std::string& request : browser().requests()) FAIL_CHECK(request);
    }

  private:
    TemporaryDirectory directory_;
};

}  // namespace nmtx::test
