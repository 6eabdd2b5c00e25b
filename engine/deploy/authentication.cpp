// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/authentication.h"

#include "core/error.h"
#include "deploy/ssh_wire.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace hone
{
namespace
{

constexpr int attempts = 3; // at a passphrase or password, as OpenSSH's client has it

struct FreeKey
{
    void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Key = std::unique_ptr<ssh_key_struct, FreeKey>;

class Authentication
{
public:
    Authentication(SshWire& wire, const SshOptions& options, const JobContext& job) : m_wire(wire), m_options(options), m_job(job) {}

    void run()
    {
        int answer = complete([&] { return ssh_userauth_none(session(), nullptr); });
        // A device may want two things one after the other (a key, then a code): every step forward begins a new round.
        while (answer != SSH_AUTH_SUCCESS) {
            answer = round();
            if (answer != SSH_AUTH_SUCCESS && answer != SSH_AUTH_PARTIAL)
                refused();
        }
    }

private:
    ssh_session session() const { return m_wire.session(); }
    template<class Call>
    int complete(Call call)
    {
        return m_wire.complete(SSH_AUTH_AGAIN, m_job, "signing in", call);
    }
    static bool goesOn(int answer) { return answer != SSH_AUTH_SUCCESS && answer != SSH_AUTH_PARTIAL; }

    int round()
    {
        m_methods = ssh_userauth_list(session(), nullptr);
        int answer = SSH_AUTH_DENIED;
        if (m_methods & SSH_AUTH_METHOD_PUBLICKEY)
            answer = m_options.identity.empty() ? ownKeys() : identityFile();
        if (goesOn(answer) && m_options.ask && (m_methods & SSH_AUTH_METHOD_INTERACTIVE))
            answer = interactive();
        if (goesOn(answer) && m_options.ask && (m_methods & SSH_AUTH_METHOD_PASSWORD))
            answer = password();
        return answer;
    }

    [[noreturn]] void refused() const
    {
        char* user = nullptr;
        ssh_options_get(session(), SSH_OPTIONS_USER, &user);
        const std::string name = user ? user : m_options.address.user;
        ssh_string_free_char(user);
        std::string methods;
        const auto add = [&](int method, const char* text) {
            if (m_methods & method)
                methods += (methods.empty() ? "" : ", ") + std::string(text);
        };
        add(SSH_AUTH_METHOD_PUBLICKEY, "publickey");
        add(SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive");
        add(SSH_AUTH_METHOD_PASSWORD, "password");
        throw Error(MessageCode::DeviceAuthenticationFailed, {{"user", name}, {"host", m_wire.host()}, {"methods", methods}});
    }

    std::optional<std::string> ask(const std::string& prompt)
    {
        if (!m_options.ask)
            return std::nullopt;
        auto answer = m_options.ask(prompt);
        m_wire.heardNow();
        m_job.checkStop();
        return answer;
    }

    // libssh asks here for a key's passphrase. An exception must not cross its frames.
    static int onPassphrase(const char* prompt, char* buffer, std::size_t size, int, int, void* data)
    {
        auto& self = *static_cast<Authentication*>(data);
        self.m_asked = true;
        try {
            const auto what = self.m_asking.empty() ? std::string(prompt ? prompt : "Passphrase") : self.m_asking;
            const auto answer = self.m_options.ask ? self.m_options.ask(what) : std::nullopt;
            self.m_wire.heardNow();
            if (!answer || answer->size() + 1 > size)
                return -1;
            std::memcpy(buffer, answer->c_str(), answer->size() + 1);
            self.m_answered = true;
            return 0;
        } catch (...) {
            self.m_failure = std::current_exception();
            return -1;
        }
    }

    int identityFile()
    {
        const auto key = readIdentity();
        return complete([&] { return ssh_userauth_publickey(session(), nullptr, key.get()); });
    }

    Key readIdentity()
    {
        const auto path = m_options.identity.string();
        const auto refuse = [&](const std::string& reason) {
            return Error(MessageCode::IdentityUnreadable, {{"path", path}, {"reason", reason}});
        };
        if (::access(path.c_str(), R_OK) != 0)
            throw refuse(std::strerror(errno));
        m_asking = "Passphrase of " + path + ":";
        for (int attempt = 0; attempt < attempts; ++attempt) {
            m_asked = m_answered = false;
            ssh_key key = nullptr;
            const int answer = ssh_pki_import_privkey_file(path.c_str(), nullptr, &onPassphrase, this, &key);
            if (m_failure)
                std::rethrow_exception(m_failure);
            m_job.checkStop();
            if (answer == SSH_OK)
                return Key(key);
            if (!m_asked)
                throw refuse("it isn't a private key");
            if (!m_answered)
                throw refuse("it is sealed with a passphrase, and none was given");
        }
        throw refuse("the passphrase is wrong");
    }

    int ownKeys()
    {
        ssh_callbacks_struct callbacks{};
        callbacks.userdata = this;
        callbacks.auth_function = &onPassphrase;
        ssh_callbacks_init(&callbacks);
        ssh_set_callbacks(session(), &callbacks);
        m_asking.clear();
        int answer = SSH_AUTH_DENIED;
        try {
            answer = complete([&] { return ssh_userauth_publickey_auto(session(), nullptr, nullptr); });
        } catch (...) {
            forgetCallbacks();
            throw;
        }
        forgetCallbacks();
        if (m_failure)
            std::rethrow_exception(m_failure);
        return answer;
    }

    void forgetCallbacks()
    {
        // libssh keeps the pointer; it has no call to take it back, so it gets one that outlives the session.
        static ssh_callbacks_struct none = [] {
            ssh_callbacks_struct callbacks{};
            ssh_callbacks_init(&callbacks);
            return callbacks;
        }();
        ssh_set_callbacks(session(), &none);
    }

    int interactive()
    {
        int answer = SSH_AUTH_DENIED;
        for (int attempt = 0; attempt < attempts && answer == SSH_AUTH_DENIED; ++attempt) {
            answer = complete([&] { return ssh_userauth_kbdint(session(), nullptr, nullptr); });
            while (answer == SSH_AUTH_INFO) {
                if (!answerPrompts())
                    return SSH_AUTH_DENIED;
                answer = complete([&] { return ssh_userauth_kbdint(session(), nullptr, nullptr); });
            }
        }
        return answer;
    }

    bool answerPrompts()
    {
        const int prompts = ssh_userauth_kbdint_getnprompts(session());
        for (int i = 0; i < prompts; ++i) {
            char echo = 0;
            const char* prompt = ssh_userauth_kbdint_getprompt(session(), static_cast<unsigned>(i), &echo);
            const auto answer = ask(prompt ? prompt : "");
            if (!answer || ssh_userauth_kbdint_setanswer(session(), static_cast<unsigned>(i), answer->c_str()) < 0)
                return false;
        }
        return true;
    }

    int password()
    {
        int answer = SSH_AUTH_DENIED;
        for (int attempt = 0; attempt < attempts && answer == SSH_AUTH_DENIED; ++attempt) {
            const auto secret = ask("Password for " + m_wire.host() + ":");
            if (!secret)
                return SSH_AUTH_DENIED;
            answer = complete([&] { return ssh_userauth_password(session(), nullptr, secret->c_str()); });
        }
        return answer;
    }

    SshWire& m_wire;
    const SshOptions& m_options;
    const JobContext& m_job;
    int m_methods = 0;
    std::string m_asking;
    bool m_asked = false;
    bool m_answered = false;
    std::exception_ptr m_failure;
};

} // namespace

void authenticate(SshWire& wire, const SshOptions& options, const JobContext& job)
{
    Authentication(wire, options, job).run();
}

} // namespace hone
