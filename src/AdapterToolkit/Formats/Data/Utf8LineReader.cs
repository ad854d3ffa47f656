namespace AdapterToolkit.Formats;

/// <summary>
/// Reads a file line by line, as the bytes that it has. Lines end with <c>\n</c>, <c>\r\n</c> or <c>\r</c>; a byte order mark is no part of the first one.
/// </summary>
/// <param name="stream">The file.</param>
/// <param name="path">Its path.</param>
internal sealed class Utf8LineReader(FileStream stream, string path)
{
    /// <summary>The most bytes of a line.</summary>
    private const int LongestLine = 64 << 20;

    private const int ChunkSize = 1 << 16;

    private byte[] _buffer = new byte[ChunkSize];
    private int _start;
    private int _end;
    private long _startOffset;
    private bool _isBegun;
    private bool _isEnded;
    private bool _isAfterReturn;

    /// <summary>The number of the line that was read last, counted from one.</summary>
    public long Number { get; private set; }

    /// <summary>Where in the file that line begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <param name="line">The line without what ends it. It is valid until the next one is read.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="DataFileException">The line has too many bytes, or the file begins as one in UTF-16 does.</exception>
    public bool Read(out ReadOnlyMemory<byte> line)
    {
        int searched = 0;
        while (true)
        {
            SkipLineFeedAfterReturn();
            int found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOfAny((byte)'\n', (byte)'\r');
            if (found >= 0)
            {
                line = Take(searched + found);
                _isAfterReturn = _buffer[_start] == (byte)'\r';
                Skip(1);
                return true;
            }

            searched = _end - _start;
            if (_isEnded)
            {
                line = searched > 0 ? Take(searched) : default;
                return searched > 0;
            }

            if (searched > LongestLine)
                throw new DataFileException(path, $"the line has more than {LongestLine} bytes.", Number + 1);
            Fill();
        }
    }

    private void SkipLineFeedAfterReturn()
    {
        if (!_isAfterReturn || _start == _end)
            return;
        _isAfterReturn = false;
        if (_buffer[_start] == (byte)'\n')
            Skip(1);
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        Number++;
        Offset = _startOffset;
        ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, length);
        Skip(length);
        return line;
    }

    private void Skip(int length)
    {
        _start += length;
        _startOffset += length;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        do
        {
            int read = DataFileStream.Read(stream, path, _buffer.AsSpan(_end));
            _end += read;
            _isEnded = read == 0;
        }
        while (_end < "\uFEFF"u8.Length && !_isEnded);

        if (_isBegun)
            return;
        _isBegun = true;
        ReadOnlySpan<byte> beginning = _buffer.AsSpan(0, _end);
        if (Utf8Text.BeginsOtherwise(beginning))
            throw DataFileException.InOtherEncoding(path);
        Skip(Utf8Text.ByteOrderMarkLength(beginning));
    }
}
