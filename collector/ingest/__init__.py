"""MQTT → verified → one transaction → receipt."""
