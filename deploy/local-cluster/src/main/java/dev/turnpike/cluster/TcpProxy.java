package dev.turnpike.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bad network between a client and a server of this machine: passes bytes on, slowly or not at all.
 *
 * <p>A Kafka client connects to the address that its broker advertises: start the broker with {@code
 * advertised.listeners} naming the proxy's port. What the broker sends to itself then takes the same way.
 */
public final class TcpProxy implements AutoCloseable {

    private static final int PIECE_BYTES = 8_192;

    private final ServerSocket listener;
    private final int targetPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private Pace pace = Pace.FREE;
    private boolean cut;

    private TcpProxy(ServerSocket listener, int targetPort) {
        this.listener = listener;
        this.targetPort = targetPort;
    }

    /** Starts a proxy on a free port in front of a port that need not be served yet. */
    public static TcpProxy start(int targetPort) {
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(0, 0, InetAddress.getLoopbackAddress()), targetPort);
            inBackground(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Breaks all connections, and new ones as soon as they are made. */
    public synchronized void cut() {
        cut = true;
        sockets.forEach(Ports::close);
        notifyAll();
    }

    /**
     * Holds up every piece of at most 8 KiB in both directions.
     *
     * @param bytesPerSecond of each direction of each connection; 0: nothing passes, as if the peer hung
     * @param delay of each piece, one after the other
     */
    public synchronized void slow(long bytesPerSecond, Duration delay) {
        pace = new Pace(bytesPerSecond, delay);
        notifyAll();
    }

    /** Ends {@link #cut} and {@link #slow}; what was held up passes at once. */
    public synchronized void heal() {
        cut = false;
        pace = Pace.FREE;
        notifyAll();
    }

    @Override
    public void close() {
        cut();
        Ports.close(listener);
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                inBackground(() -> connect(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void connect(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort)) {
            if (admit(client, server)) {
                Thread requests = inBackground(() -> pump(client, server));
                pump(server, client);
                requests.join();
                sockets.removeAll(List.of(client, server));
            }
        } catch (IOException e) {
            // nobody listens there: the client sees its connection end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean admit(Socket client, Socket server) {
        if (!cut) {
            sockets.add(client);
            sockets.add(server);
        }
        return !cut;
    }

    private void pump(Socket from, Socket to) {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            int read;
            while ((read = from.getInputStream().read(piece)) >= 0) {
                hold(read);
                to.getOutputStream().write(piece, 0, read);
            }
            // the other direction may still have something to say
            to.shutdownOutput();
        } catch (IOException e) {
            Ports.close(from);
            Ports.close(to);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void hold(int bytes) throws InterruptedException {
        long since = System.nanoTime();
        long left = pace.pause(bytes).toNanos();
        while (left > 0 && !cut) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
            // the pace may have changed meanwhile
            left = pace.pause(bytes).toNanos() - (System.nanoTime() - since);
        }
    }

    private static Thread inBackground(Runnable task) {
        Thread thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
