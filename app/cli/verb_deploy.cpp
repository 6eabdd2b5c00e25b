// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/deploy_view.h"
#include "cli/device_options.h"
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "deploy/deployer.h"

#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class DeployVerb : public Verb
{
public:
    std::string name() const override { return "deploy"; }
    std::string summary() const override { return "Puts a model on a device over SSH and measures it there"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.requiredOption({"--device", "[USER@]HOST[:PORT]", "The device", ""}, m_device);
        command.option({"--data", "DIR", "The pictures' folder: measures accuracy there and compares each answer", ""}, m_data);
        m_connection.declare(command);
        FieldOptions options(command);
        options(Field{"samples", "--samples", "Test samples to measure with; 0: all", 0}, m_options.samples);
        options(Field{"threads", "--threads", "Threads on the device", 1, 1024}, m_options.threads);
        command.remark("Whatever fails, the device still runs what it ran.");
        command.example("hone deploy int8.onnx --device pi@camera.local --data pictures");
    }
    int run(Console& console) override
    {
        m_options.ssh.address = DeviceAddress::parse(m_device);
        m_connection.applyTo(m_options);
        const auto dataset = openOptionalData(m_data);
        m_options.dataset = dataset ? &*dataset : nullptr;
        const auto result = deploy(m_model, m_options, console.job());
        console.print(deployText(result));
        console.print(toJson(result));
        return exitDone;
    }

private:
    std::string m_model;
    std::string m_device;
    std::string m_data;
    DeviceOptions m_connection;
    DeployOptions m_options;
};

} // namespace

std::unique_ptr<Verb> makeDeployVerb()
{
    return std::make_unique<DeployVerb>();
}

} // namespace hone::cli
