// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_runner.h"
#include "jobs/job_text.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <future>

using namespace hone;
using namespace hone::studio;

namespace
{

Progress at(double fraction)
{
    Progress progress;
    progress.fraction = fraction;
    return progress;
}

// Reports until it is stopped; `started` is set once it runs.
JobRunner::Job endless(std::promise<void>& started)
{
    JobRunner::Job job;
    job.title = QStringLiteral("endless");
    job.work = [&started, first = true](const JobContext& context) mutable -> JobRunner::Delivery {
        for (double fraction = 0;; fraction += 1e-9) {
            context.checkStop();
            context.report(at(fraction));
            if (std::exchange(first, false))
                started.set_value();
        }
    };
    return job;
}

} // namespace

class TestJobRunner : public QObject
{
    Q_OBJECT
private slots:
    void inlineJobHasDeliveredWhenRunReturns()
    {
        JobRunner runner(JobRunner::Mode::Inline);
        int delivered = 0;
        const JobId id = runner.run(
            QStringLiteral("six times seven"), this, [](const JobContext&) { return 6 * 7; }, [&](int answer) { delivered = answer; });
        QCOMPARE(delivered, 42);
        QCOMPARE(runner.find(id)->state, JobState::Finished);
    }

    void workRunsOffTheWindowsThreadAndDeliversOnIt()
    {
        JobRunner runner;
        QThread* worker = nullptr;
        QThread* delivery = nullptr;
        QSignalSpy finished(&runner, &JobRunner::finished);
        runner.run(
            QStringLiteral("threads"), this, [](const JobContext&) { return QThread::currentThread(); },
            [&](QThread* thread) {
                worker = thread;
                delivery = QThread::currentThread();
            });
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(worker != thread());
        QCOMPARE(delivery, thread());
    }

    void jobsRunOneAfterAnotherInTheOrderOfTheirArrival()
    {
        JobRunner runner;
        QStringList order;
        QSignalSpy idle(&runner, &JobRunner::becameIdle);
        for (const auto& name : {QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")})
            runner.run(
                name, this, [](const JobContext&) {}, [&order, name] { order << name; });
        QCOMPARE(runner.queued(), 2);
        QTRY_COMPARE(idle.size(), 1);
        QCOMPARE(order, QStringList({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}));
    }

    void stoppingARunningJobIsNotAFailureAndDeliversNothing()
    {
        JobRunner runner;
        std::promise<void> started;
        QSignalSpy cancelled(&runner, &JobRunner::cancelled), failed(&runner, &JobRunner::failed);
        const JobId id = runner.enqueue(endless(started));
        started.get_future().wait();
        runner.cancel(id);
        QTRY_COMPARE(cancelled.size(), 1);
        QCOMPARE(failed.size(), 0);
        QCOMPARE(runner.find(id)->state, JobState::Cancelled);
        QVERIFY(runner.idle());
    }

    void stoppingAWaitingJobTakesItOutAtOnce()
    {
        JobRunner runner;
        std::promise<void> started;
        const JobId first = runner.enqueue(endless(started));
        bool ran = false;
        const JobId second = runner.run(
            QStringLiteral("second"), this, [&](const JobContext&) { ran = true; }, [] {});
        runner.cancel(second);
        QCOMPARE(runner.find(second)->state, JobState::Cancelled);
        runner.cancel(first);
        QTRY_VERIFY(runner.idle());
        QVERIFY(!ran);
    }

    void anErrorArrivesWithItsCodeAndArguments()
    {
        JobRunner runner;
        QSignalSpy failed(&runner, &JobRunner::failed);
        runner.run(
            QStringLiteral("fails"), this,
            [](const JobContext&) {
                throw Error(MessageCode::FileNotFound, {{"path", "x"}});
            },
            [] { QFAIL("delivered"); });
        QTRY_COMPARE(failed.size(), 1);
        const auto message = failed[0][1].value<Message>();
        QCOMPARE(message.code, MessageCode::FileNotFound);
        QCOMPARE(message.arguments.at("path"), std::string("x"));
        QCOMPARE(failed[0][2].toBool(), false);
    }

    void anErrorThatItsJobDealsWithIsToldAsHandled()
    {
        JobRunner runner(JobRunner::Mode::Inline);
        QSignalSpy failed(&runner, &JobRunner::failed);
        runner.run(
            QStringLiteral("fails"), this, [](const JobContext&) { throw Error(MessageCode::HostKeyUnknown); }, [] {},
            [](const Message& message) { return message.code == MessageCode::HostKeyUnknown; });
        QCOMPARE(failed[0][2].toBool(), true);
    }

    void anExceptionOfAnotherKindBecomesAnInternalFault()
    {
        JobRunner runner(JobRunner::Mode::Inline);
        const JobId id = runner.run(
            QStringLiteral("throws"), this, [](const JobContext&) { throw std::runtime_error("odd"); }, [] {});
        QCOMPARE(runner.find(id)->error.code, MessageCode::InternalFault);
        QCOMPARE(runner.find(id)->error.arguments.at("detail"), std::string("odd"));
    }

    void everyProgressWithMetricsArrivesHoweverFastTheyCome()
    {
        JobRunner runner;
        std::vector<int> epochs;
        int others = 0;
        JobRunner::Job job;
        job.work = [](const JobContext& context) -> JobRunner::Delivery {
            for (int epoch = 1; epoch <= 20; ++epoch) {
                for (int batch = 0; batch < 1000; ++batch)
                    context.report(at(batch / 1000.0));
                Progress progress;
                progress.step = epoch;
                progress.metrics = {{"trainLoss", 1.0 / epoch}};
                context.report(progress);
            }
            return {};
        };
        job.progressed = [&](const Progress& progress) {
            if (progress.metrics.empty())
                ++others;
            else
                epochs.push_back(progress.step);
        };
        runner.enqueue(job);
        QTRY_VERIFY(runner.idle());
        QCOMPARE(epochs.size(), std::size_t{20});
        QVERIFY(std::is_sorted(epochs.begin(), epochs.end()));
        QVERIFY2(others < 2000, "20,000 reports must not become 20,000 events");
    }

    void aPausedJobHoldsUntilItGoesOn()
    {
        JobRunner runner;
        std::promise<void> started, mayEnd;
        auto end = mayEnd.get_future().share();
        std::atomic<bool> past = false;
        JobRunner::Job job;
        job.work = [&](const JobContext& context) -> JobRunner::Delivery {
            started.set_value();
            end.wait();
            context.report(at(0.5)); // held here
            past = true;
            return {};
        };
        runner.enqueue(job);
        started.get_future().wait();
        runner.setPaused(true);
        QVERIFY(runner.isPaused());
        mayEnd.set_value();
        QCoreApplication::processEvents();
        QVERIFY(!past);
        runner.setPaused(false);
        QTRY_VERIFY(runner.idle());
        QVERIFY(past);
    }

    void aReceiverThatIsGoneHearsNothing()
    {
        JobRunner runner;
        auto receiver = std::make_unique<QObject>();
        std::promise<void> go;
        auto gone = go.get_future().share();
        bool called = false;
        runner.run(
            QStringLiteral("late"), receiver.get(), [gone](const JobContext&) { gone.wait(); }, [&] { called = true; });
        receiver.reset();
        go.set_value();
        QTRY_VERIFY(runner.idle());
        QVERIFY(!called);
    }

    void theRunnerCanGoWhileAPausedJobRuns()
    {
        std::promise<void> started;
        JobRunner runner;
        runner.enqueue(endless(started));
        started.get_future().wait();
        runner.setPaused(true);
        // The destructor returns: nothing to check but that the test ends.
    }

    void progressSaysEpochAndTimeLeft()
    {
        JobInfo job;
        job.state = JobState::Running;
        job.seconds = 60;
        job.progress.activity = Activity::Training;
        job.progress.step = 3;
        job.progress.steps = 8;
        job.progress.fraction = 0.375;
        QCOMPARE(progressText(job), QStringLiteral("epoch 3 of 8 · 1 min 40 s left"));
    }
};

QTEST_GUILESS_MAIN(TestJobRunner)
#include "test_job_runner.moc"
