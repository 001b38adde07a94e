#include "browser/browser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace nmtx::test {
namespace {

using json = nlohmann::json;

constexpr int patience_ms = 120000;  // on a machine that has much else to do

// The child reads commands from 3 and writes answers to 4.
void run_browser(const std::string& program, const std::string& profile, int commands, int answers) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setpgid(0, 0);
    const int in = ::fcntl(commands, F_DUPFD, 10);
    const int out = ::fcntl(answers, F_DUPFD, 10);
    if (::dup2(in, 3) < 0 || ::dup2(out, 4) < 0) ::_exit(127);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int standard : {0, 1, 2}) ::dup2(nowhere, standard);
    for (int other = 5; other < 64; ++other) ::close(other);
    const std::string profile_option = "--user-data-dir=" + profile;
    const std::array<const char*, 16> arguments{program.c_str(),
                                                "--headless",
                                                "--no-sandbox",
                                                "--disable-gpu",
                                                "--disable-quic",
                                                "--no-first-run",
                                                "--disable-background-networking",
                                                "--disable-component-update",
                                                "--disable-sync",
                                                "--disable-extensions",
                                                "--hide-scrollbars",
                                                "--disable-dev-shm-usage",
                                                profile_option.c_str(),
                                                "--remote-debugging-pipe",
                                                "about:blank",
                                                nullptr};
    ::execv(program.c_str(), const_cast<char* const*>(arguments.data()));
    ::_exit(127);
}

std::string decoded(std::string_view base64) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    unsigned bits = 0;
    int filled = 0;
    for (const char c : base64) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) break;
        bits = bits << 6U | static_cast<unsigned>(value);
        filled += 6;
        if (filled < 8) continue;
        filled -= 8;
        out += static_cast<char>(bits >> static_cast<unsigned>(filled) & 0xFFU);
    }
    return out;
}

}  // namespace

std::string chromium_program() {
    if (const char* named = std::getenv("NMTX_CHROMIUM"); named != nullptr && *named != '\0') return named;
    // Ubuntu's packages are stubs that ask for a snap; this is where Debian's puts the program.
    const std::string debian = "/usr/bin/chromium";
    return ::access(debian.c_str(), X_OK) == 0 ? debian : "";
}

Browser::Browser(const std::string& program) {
    ::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> commands{}, answers{};
    if (::pipe2(commands.data(), O_CLOEXEC) != 0 || ::pipe2(answers.data(), O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) run_browser(program, profile_.path().string(), commands[0], answers[1]);
    ::close(commands[0]);
    ::close(answers[1]);
    to_ = commands[1];
    from_ = answers[0];
    const json target = call("Target.createTarget", {{"url", "about:blank"}});
    session_ =
        call("Target.attachToTarget", {{"targetId", target["targetId"]}, {"flatten", true}})["sessionId"];
    for (const char* domain : {"Page", "Runtime", "Log", "Network"}) call(std::string(domain) + ".enable");
    resize(1280, 900);
}

// The browser's processes are a group of their own.
Browser::~Browser() {
    ::close(to_);
    ::close(from_);
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

void Browser::send(const json& message) {
    std::string text = message.dump();
    text += '\0';
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t written = ::write(to_, text.data() + at, text.size() - at);
        if (written <= 0)
            throw std::runtime_error("the browser does not take commands: does it start at all?");
        at += static_cast<std::size_t>(written);
    }
}

json Browser::receive() {
    while (true) {
        if (const auto end = buffer_.find('\0'); end != std::string::npos) {
            json message = json::parse(buffer_.substr(0, end));
            buffer_.erase(0, end + 1);
            return message;
        }
        pollfd ready{from_, POLLIN, 0};
        if (::poll(&ready, 1, patience_ms) != 1) throw std::runtime_error("the browser does not answer");
        std::array<char, 65536> part{};
        const ssize_t count = ::read(from_, part.data(), part.size());
        if (count <= 0) throw std::runtime_error("the browser has ended: does it start at all?");
        buffer_.append(part.data(), static_cast<std::size_t>(count));
    }
}

json Browser::wait_for(int id) {
    while (true) {
        json message = receive();
        if (!message.contains("id")) {
            events_.push_back(std::move(message));
            continue;
        }
        if (message["id"] != id) continue;
        if (message.contains("error")) throw std::runtime_error(message["error"].dump());
        return message["result"];
    }
}

json Browser::call(const std::string& method, json parameters) {
    json message = {{"id", ++last_id_}, {"method", method}, {"params", std::move(parameters)}};
    if (!session_.empty()) message["sessionId"] = session_;
    send(message);
    return wait_for(last_id_);
}

json Browser::evaluate(const std::string& expression) {
    const json result = call(
        "Runtime.evaluate",
        {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}, {"userGesture", true}});
    if (result.contains("exceptionDetails")) throw std::runtime_error(result["exceptionDetails"].dump());
    return result["result"].value("value", json());
}

void Browser::open(const std::string& path) {
    events_.clear();
    opened_ = "file://" + path.substr(0, path.find('#'));
    call("Page.navigate", {{"url", "file://" + path}});
    const auto loaded = [&] {
        for (const json& event : events_) {
            if (event.value("method", "") == "Page.loadEventFired") return true;
        }
        return false;
    };
    while (!loaded()) events_.push_back(receive());
    if (scripts_) evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}

void Browser::allow_scripts(bool allow) {
    scripts_ = allow;
    call("Emulation.setScriptExecutionDisabled", {{"value", !allow}});
}

void Browser::resize(int width, int height) {
    call("Emulation.setDeviceMetricsOverride",
         {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
    if (!opened_.empty() && scripts_)
        evaluate(
            "new Promise((done) => setTimeout(() => requestAnimationFrame(() => "
            "requestAnimationFrame(done)), 60))");
}

void Browser::prefer(const std::string& scheme) {
    call("Emulation.setEmulatedMedia",
         {{"features", json::array({{{"name", "prefers-color-scheme"}, {"value", scheme}}})}});
}

void Browser::screenshot(const std::string& path) {
    const json size = call("Page.getLayoutMetrics")["cssContentSize"];
    const json clip = {
        {"x", 0}, {"y", 0}, {"width", size["width"]}, {"height", size["height"]}, {"scale", 1}};
    write_text(path,
               decoded(call("Page.captureScreenshot",
                            {{"format", "png"}, {"clip", clip}, {"captureBeyondViewport", true}})["data"]
                           .get<std::string>()));
}

void Browser::press(const std::string& key, int code) {
    json event = {{"type", "rawKeyDown"}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", code}};
    // Enter presses a button only as the character that it types.
    if (key == "Enter") event.update({{"type", "keyDown"}, {"text", "\r"}});
    call("Input.dispatchKeyEvent", event);
    event["type"] = "keyUp";
    call("Input.dispatchKeyEvent", event);
}

std::vector<std::string> Browser::complaints() const {
    std::vector<std::string> found;
    for (const json& event : events_) {
        const std::string method = event.value("method", "");
        const json& parameters = event.value("params", json::object());
        if (method == "Runtime.exceptionThrown") found.push_back(parameters.dump());
        if (method == "Runtime.consoleAPICalled") {
            const std::string type = parameters.value("type", "");
            if (type == "error" || type == "warning" || type == "assert") found.push_back(parameters.dump());
        }
        if (method == "Log.entryAdded") {
            const std::string level = parameters["entry"].value("level", "");
            if (level == "error" || level == "warning") found.push_back(parameters.dump());
        }
    }
    return found;
}

std::vector<std::string> Browser::requests() const {
    std::vector<std::string> urls;
    for (const json& event : events_) {
        if (event.value("method", "") != "Network.requestWillBeSent") continue;
        const std::string url = event["params"]["request"].value("url", "");
        if (url != opened_ && url.rfind("data:", 0) != 0) urls.push_back(url);
    }
    return urls;
}

}  // namespace nmtx::test
