package dev.turnpike.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Ports of this machine's loopback address. */
final class Ports {

    static final String LOOPBACK = "127.0.0.1";

    private Ports() {}

    /**
     * Opens a listening socket that does not block; port 0 takes a free one.
     *
     * @param purpose what listens there, for the message of the exception
     * @throws ClusterException if the port is in use
     */
    static ServerSocketChannel open(int port, String purpose) {
        try {
            ServerSocketChannel socket = ServerSocketChannel.open();
            try {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .configureBlocking(false);
            } catch (IOException e) {
                socket.close();
                throw e;
            }
            return socket;
        } catch (BindException e) {
            throw new ClusterException(
                    purpose + " port " + port + ": already in use: stop what listens there or choose another port", e);
        } catch (IOException e) {
            throw new ClusterException(purpose + " port " + port + ": cannot listen (" + e + ")", e);
        }
    }

    /** Ports that nobody listened on a moment ago. */
    static List<Integer> free(int count) {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(open(0, "free"));
            }
            return sockets.stream().map(Ports::of).toList();
        } finally {
            sockets.forEach(Ports::close);
        }
    }

    static int of(ServerSocketChannel socket) {
        return socket.socket().getLocalPort();
    }

    static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
