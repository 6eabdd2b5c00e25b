// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/local_ssh_server.h"

#include "core/error.h"
#include "core/file.h"
#include "core/shell.h"
#include "deploy/child_process.h"
#include "deploy/ssh_session.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr std::chrono::seconds startPatience{15};
constexpr int startAttempts = 5; // another program may take the free port first

[[noreturn]] void missing(const std::string& detail)
{
    throw Error(MessageCode::SshServerMissing, {{"detail", detail}});
}

fs::path firstExisting(std::initializer_list<const char*> candidates, const std::string& what)
{
    for (const auto* candidate : candidates)
        if (::access(candidate, X_OK) == 0)
            return candidate;
    missing("there is no " + what);
}

std::string userName()
{
    const auto* entry = ::getpwuid(::geteuid());
    if (!entry)
        missing("this user has no name in the user database");
    return entry->pw_name;
}

// Configuration words: a path may hold spaces and percent signs.
std::string configPath(const fs::path& path)
{
    std::string text = "\"";
    for (const char c : path.string())
        text += c == '%' ? std::string("%%") : std::string(1, c);
    return text + "\"";
}

class Socket
{
public:
    Socket() : m_file(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
    ~Socket() { ::close(m_file); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int file() const { return m_file; }

private:
    int m_file;
};

sockaddr_in loopback(int port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int freePort()
{
    const Socket socket;
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.file(), generic, size) != 0 || ::getsockname(socket.file(), generic, &size) != 0)
        missing(std::string("no free port: ") + std::strerror(errno));
    return ntohs(address.sin_port);
}

bool answers(int port)
{
    const Socket socket;
    const auto address = loopback(port);
    return ::connect(socket.file(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

void makeKey(const fs::path& file)
{
    if (fs::exists(file))
        return;
    const auto made = runChild({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "hone", "-f", file.string()});
    if (made.exitCode != 0)
        missing("ssh-keygen: " + made.text);
}

// sshd, run by root, wants the folder that its unprivileged half is shut in; nothing makes it where no init system runs.
void makePrivilegeSeparationFolder()
{
    std::error_code ignored;
    if (::geteuid() == 0) {
        fs::create_directories("/run/sshd", ignored);
        fs::permissions("/run/sshd", fs::perms(0755), ignored);
    }
}

} // namespace

struct LocalSshServer::Implementation
{
    fs::path folder;
    fs::path sshd;
    std::string user;
    int port = 0;
    std::string fingerprint;
    std::unique_ptr<ChildProcess> child;

    fs::path file(const char* name) const { return folder / name; }

    void prepare()
    {
        fs::create_directories(folder / "home");
        folder = fs::canonical(folder);
        sshd = firstExisting({"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"}, "sshd (package openssh-server)");
        user = userName();
        makePrivilegeSeparationFolder();
        makeKey(file("host_key"));
        makeKey(file("client_key"));
        writeFileAtomically(file("authorized_keys"), readFile(file("client_key.pub")));
        writeSessionScript();
        const auto listed = runChild({"ssh-keygen", "-l", "-E", "sha256", "-f", file("host_key.pub").string()});
        std::istringstream words(listed.text);
        std::string bits;
        words >> bits >> fingerprint;
    }

    // Every session runs through this: its home is the folder's, whatever the user database says.
    void writeSessionScript() const
    {
        const auto sftp = firstExisting(
            {"/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server"},
            "sftp-server (package openssh-sftp-server)");
        std::ostringstream script;
        script << "#!/bin/sh\n"
               << "export HOME=" << shellQuoted((folder / "home").string()) << "\n"
               << "cd \"$HOME\" || exit 1\n"
               << "unset XDG_RUNTIME_DIR\n"
               << "[ ! -r .profile ] || . ./.profile\n"
               << "case $SSH_ORIGINAL_COMMAND in\n"
               << "'') exec /bin/sh -i ;;\n"
               << "*/sftp-server) exec " << shellQuoted(sftp.string()) << " ;;\n"
               << "*) exec /bin/sh -c \"$SSH_ORIGINAL_COMMAND\" ;;\n"
               << "esac\n";
        writeFileAtomically(file("session.sh"), script.str());
        fs::permissions(file("session.sh"), fs::perms(0755));
        writeFileAtomically(file("sftp_path"), sftp.string());
    }

    void writeConfiguration() const
    {
        std::ostringstream config;
        config << "ListenAddress 127.0.0.1:" << port << "\n"
               << "HostKey " << configPath(file("host_key")) << "\n"
               << "AuthorizedKeysFile " << configPath(file("authorized_keys")) << "\n"
               << "PidFile none\n"
               << "StrictModes no\n"
               << "UsePAM no\n"
               << "PubkeyAuthentication yes\n"
               << "PasswordAuthentication no\n"
               << "KbdInteractiveAuthentication no\n"
               << "PermitRootLogin prohibit-password\n"
               << "AllowUsers " << user << "\n"
               << "X11Forwarding no\n"
               << "AllowTcpForwarding no\n"
               << "PrintMotd no\n"
               << "UseDNS no\n"
               << "MaxStartups 100\n"
               << "LogLevel VERBOSE\n"
               // The user's shell starts every session and would read the start-up files of this user's own home.
               << "SetEnv \"HOME=" << (folder / "home").string() << "\"\n"
               << "Subsystem sftp " << readFile(file("sftp_path")) << "\n"
               << "ForceCommand " << shellQuoted(file("session.sh").string()) << "\n";
        writeFileAtomically(file("sshd_config"), config.str());
        const auto checked = runChild({sshd.string(), "-t", "-f", file("sshd_config").string()});
        if (checked.exitCode != 0)
            missing(checked.text);
    }

    // The shell between ends sshd when its input ends, that is with this process, even where this is killed.
    bool start()
    {
        port = freePort();
        writeConfiguration();
        child = std::make_unique<ChildProcess>(std::vector<std::string>{
            "/bin/sh", "-c", "\"$1\" -D -f \"$2\" -E \"$3\" & sshd=$!; read -r line; kill \"$sshd\"; wait \"$sshd\"", "sh", sshd.string(),
            file("sshd_config").string(), file("sshd.log").string()});
        const auto deadline = std::chrono::steady_clock::now() + startPatience;
        for (;;) {
            if (answers(port))
                return true;
            const bool failed = log().find("Cannot bind any address") != std::string::npos;
            if (failed || std::chrono::steady_clock::now() > deadline)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::string log() const
    {
        std::error_code ignored;
        return fs::exists(file("sshd.log"), ignored) ? readFile(file("sshd.log")) : std::string();
    }

    void writeKnownHosts() const
    {
        std::istringstream words(readFile(file("host_key.pub")));
        std::string type, key;
        words >> type >> key;
        writeFileAtomically(file("known_hosts"), "[127.0.0.1]:" + std::to_string(port) + " " + type + " " + key + "\n");
    }
};

LocalSshServer::LocalSshServer(const fs::path& folder) : m_implementation(std::make_unique<Implementation>())
{
    auto& self = *m_implementation;
    self.folder = folder;
    self.prepare();
    for (int attempt = 0;; ++attempt) {
        fs::remove(self.file("sshd.log"));
        if (self.start())
            break;
        self.child.reset();
        if (attempt + 1 == startAttempts)
            missing("sshd didn't start: " + self.log());
    }
    self.writeKnownHosts();
}

LocalSshServer::~LocalSshServer() = default;

int LocalSshServer::port() const
{
    return m_implementation->port;
}

std::string LocalSshServer::address() const
{
    return m_implementation->user + "@127.0.0.1:" + std::to_string(m_implementation->port);
}

fs::path LocalSshServer::identity() const
{
    return m_implementation->file("client_key");
}

fs::path LocalSshServer::knownHosts() const
{
    return m_implementation->file("known_hosts");
}

fs::path LocalSshServer::home() const
{
    return m_implementation->file("home");
}

std::string LocalSshServer::hostKeyFingerprint() const
{
    return m_implementation->fingerprint;
}

std::vector<pid_t> LocalSshServer::processes() const
{
    return m_implementation->child->descendants();
}

} // namespace hone
