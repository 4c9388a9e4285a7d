package dev.turnpike.cli.command;

import dev.turnpike.gateway.GatewayMain;
import dev.turnpike.streams.ServiceProcess;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "gateway",
        description =
                "Runs the door until the process is told to end; bootstrap.servers and schema.registry.url must be given.")
final class GatewayCommand implements Callable<Integer> {

    @Mixin
    Connection connection = new Connection();

    @Override
    public Integer call() throws InterruptedException {
        ServiceProcess.run("gateway", () -> GatewayMain.start(connection.settings()));
        new CountDownLatch(1).await();
        return 0;
    }
}
