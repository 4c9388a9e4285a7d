package dev.turnpike.cluster;

import java.nio.file.Path;

/** A broker that runs until it is killed, for the tests of what survives that. */
final class BrokerProcess {

    private BrokerProcess() {}

    public static void main(String[] args) throws Exception {
        LocalBroker broker = LocalBroker.start(Path.of(args[0]), 0);
        System.out.println("listening " + broker.bootstrapServers());
        Thread.currentThread().join();
    }
}
