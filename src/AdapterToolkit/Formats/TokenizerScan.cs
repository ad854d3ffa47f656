using System.Text.Json;

namespace AdapterToolkit.Formats;

/// <summary>Looks through a <c>tokenizer.json</c> for the ids of its tokens, without building a tokenizer. Loading a model should not wait for that.</summary>
internal static class TokenizerScan
{
    /// <summary>Finds a token outside a vocabulary: the one with the smallest id.</summary>
    /// <param name="path">
    /// The file. Where it is missing or malformed, nothing is found: a model runs without it, and who reads it as a tokenizer is told.
    /// </param>
    /// <param name="vocabularySize">How many tokens the vocabulary has.</param>
    /// <returns>The token; null where all are inside.</returns>
    /// <exception cref="CheckpointException">The file is none that can be read, or too long.</exception>
    internal static (int Id, string Text)? FirstBeyond(string path, int vocabularySize)
    {
        if (!Path.Exists(path))
            return null;
        byte[] bytes = RegularFile.ReadAllBytes(path, JsonFile.LongestFile);
        try
        {
            Utf8JsonReader json = new(bytes.AsSpan(Utf8Text.ByteOrderMarkLength(bytes)));
            Scan scan = new(vocabularySize);
            scan.File(ref json);
            return scan.Found;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private sealed class Scan(int vocabularySize)
    {
        public (int Id, string Text)? Found { get; private set; }

        public void File(ref Utf8JsonReader json)
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isModel = json.ValueTextEquals("model"u8), isAdded = json.ValueTextEquals("added_tokens"u8);
                json.Read();
                if (isModel && json.TokenType == JsonTokenType.StartObject)
                    Model(ref json);
                else if (isAdded && json.TokenType == JsonTokenType.StartArray)
                    AddedTokens(ref json);
                else
                    json.Skip();
            }
        }

        private void Model(ref Utf8JsonReader json)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                bool isVocabulary = json.ValueTextEquals("vocab"u8);
                json.Read();
                if (isVocabulary && json.TokenType == JsonTokenType.StartObject)
                    IdsByText(ref json);
                else if (isVocabulary && json.TokenType == JsonTokenType.StartArray)
                    TextsInOrder(ref json);
                else
                    json.Skip();
            }
        }

        /// <summary>Byte pairs: <c>{"text": id}</c>.</summary>
        private void IdsByText(ref Utf8JsonReader json)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                Utf8JsonReader text = json;
                json.Read();
                if (json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int id))
                    Consider(id, ref text);
                else
                    json.Skip();
            }
        }

        /// <summary>Unigrams: <c>[["text", score]]</c>, whose place is the id.</summary>
        private void TextsInOrder(ref Utf8JsonReader json)
        {
            for (int id = 0; json.Read() && json.TokenType == JsonTokenType.StartArray; id++)
            {
                json.Read();
                if (json.TokenType == JsonTokenType.String)
                    Consider(id, ref json);
                while (json.TokenType != JsonTokenType.EndArray)
                {
                    json.Skip();
                    json.Read();
                }
            }
        }

        private void AddedTokens(ref Utf8JsonReader json)
        {
            while (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                int? id = null;
                string text = "";
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    bool isId = json.ValueTextEquals("id"u8), isContent = json.ValueTextEquals("content"u8);
                    json.Read();
                    if (isId && json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int number))
                        id = number;
                    else if (isContent && json.TokenType == JsonTokenType.String)
                        text = json.GetString()!;
                    else
                        json.Skip();
                }

                if (id is { } known && IsFirst(known))
                    Found = (known, text);
            }
        }

        private void Consider(int id, ref Utf8JsonReader text)
        {
            if (IsFirst(id))
                Found = (id, text.GetString()!);
        }

        private bool IsFirst(int id) => id >= vocabularySize && (Found is null || id < Found.Value.Id);
    }
}
