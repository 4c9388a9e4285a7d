package dev.turnpike.cli.command;

import dev.turnpike.metering.MeteringMain;
import dev.turnpike.streams.ServiceProcess;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "meter",
        description =
                "Runs the meter until the process is told to end; bootstrap.servers and schema.registry.url must be given.")
final class MeterCommand implements Callable<Integer> {

    @Mixin
    Connection connection = new Connection();

    @Override
    public Integer call() throws InterruptedException {
        ServiceProcess.run("meter", () -> MeteringMain.start(connection.settings()));
        new CountDownLatch(1).await();
        return 0;
    }
}
