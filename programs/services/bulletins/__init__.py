from programs.services.bulletins.lifecycle import create_draft, print_again, request_publication, withdraw

__all__ = ["create_draft", "print_again", "request_publication", "withdraw"]
