"""A collector as tutorials write it: `on_message`, parse, insert, commit. What we compare with."""

import json
import sqlite3
import sys

import paho.mqtt.client as mqtt


def main(host: str, port: str, path: str, expected: str) -> None:
    left = int(expected)
    db = sqlite3.connect(path, check_same_thread=False)
    db.execute("CREATE TABLE votes (kiosk TEXT, face TEXT, question TEXT, wall INTEGER)")
    db.commit()

    def on_connect(client: mqtt.Client, *_: object) -> None:
        client.subscribe("tutorial/+/vote", qos=1)
        print("ready", flush=True)

    def on_message(_client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        nonlocal left
        vote = json.loads(message.payload)
        db.execute(
            "INSERT INTO votes VALUES (?, ?, ?, ?)",
            (vote["kiosk"], vote["face"], vote["question"], vote["wall"]),
        )
        db.commit()
        left -= 1
        if left == 0:
            print("stored", flush=True)

    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect = on_connect
    client.on_message = on_message
    client.connect(host, int(port))
    client.loop_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
