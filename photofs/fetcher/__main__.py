"""`python -m photofs.fetcher FD`: fetch for the mount at the other end of that socket."""

from photofs.model.importing import uncollected

if __name__ == "__main__":
    with uncollected():
        from photofs.fetcher.program import main
    main()
