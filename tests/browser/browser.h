// A headless Chromium that a test drives over a pair of pipes (--remote-debugging-pipe): the DevTools
// protocol, one JSON object after the other, each ended by a NUL. No port is opened, no driver is needed.
// Source: chromedevtools.github.io/devtools-protocol.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/child.h"

namespace nmtx::test {

// The program: NMTX_CHROMIUM, else /usr/bin/chromium. Empty where there is none.
std::string chromium_program();

class Browser {
  public:
    explicit Browser(const std::string& program);
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser();

    // Throws where the browser answers with an error, or not within two minutes.
    nlohmann::json call(const std::string& method, nlohmann::json parameters = nlohmann::json::object());
    // In the page that is open; promises are waited for.
    nlohmann::json evaluate(const std::string& expression);
    // Opens a file and waits until it is loaded and drawn. The path may end in "#…".
    void open(const std::string& path);
    void resize(int width, int height);
    void allow_scripts(bool allow);          // from the next page on
    void prefer(const std::string& scheme);  // "light", "dark"
    void screenshot(const std::string& path);
    // A key with its DevTools names: "Tab", "ArrowRight".
    void press(const std::string& key, int code);

    // What the page has said or asked for since it was opened: errors and warnings of the console, uncaught
    // exceptions, breaches of its policy; and every request but that for the file itself.
    [[nodiscard]] std::vector<std::string> complaints() const;
    [[nodiscard]] std::vector<std::string> requests() const;

  private:
    void send(const nlohmann::json& message);
    nlohmann::json receive();
    nlohmann::json wait_for(int id);

    TemporaryDirectory profile_;
    pid_t pid_ = -1;
    int to_ = -1;
    int from_ = -1;
    int last_id_ = 0;
    bool scripts_ = true;
    std::string session_;
    std::string buffer_;
    std::string opened_;
    std::vector<nlohmann::json> events_;
};

}  // namespace nmtx::test
