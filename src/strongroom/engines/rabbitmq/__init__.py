"""The secrets engine of RabbitMQ's users."""

from strongroom.engines.rabbitmq.engine import RabbitMq

__all__ = ["RabbitMq"]
