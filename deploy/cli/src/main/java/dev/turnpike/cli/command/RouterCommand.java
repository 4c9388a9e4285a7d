package dev.turnpike.cli.command;

import dev.turnpike.router.RouterMain;
import dev.turnpike.streams.ServiceProcess;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "router",
        description =
                "Runs the router until the process is told to end; bootstrap.servers and schema.registry.url must be given.")
final class RouterCommand implements Callable<Integer> {

    @Mixin
    Connection connection = new Connection();

    @Override
    public Integer call() throws InterruptedException {
        ServiceProcess.run("router", () -> RouterMain.start(connection.settings()));
        new CountDownLatch(1).await();
        return 0;
    }
}
